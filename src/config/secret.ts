import { inspect } from 'node:util';

/** The form of every API key: `e_<environment>_<number>_<secret>`. */
const API_KEY = /\be_[A-Za-z0-9]+_[A-Za-z0-9]+_[A-Za-z0-9]+/g;

/** Without anything that has the form of an API key, known or not. */
export function withoutKeys(text: string): string {
  return text.replace(API_KEY, '[secret]');
}

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
