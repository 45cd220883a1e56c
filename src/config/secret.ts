import { inspect } from 'node:util';

/** A value that must not be shown. Printing, JSON and inspection give `[secret]`; only {@link reveal} gives the text. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. The caller keeps it out of messages, logs, arguments and environments. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
