import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Nameless files for the time of one build, in a directory of their own; all gone when disposed of. */
export class TemporaryFiles implements Disposable {
  readonly #directory: string;
  readonly #descriptors: number[] = [];

  constructor(parent: string) {
    this.#directory = mkdtempSync(join(parent, 'build-'));
  }

  /** A new file, open for reading and writing. */
  create(): number {
    const descriptor = openSync(join(this.#directory, String(this.#descriptors.length)), 'wx+');
    this.#descriptors.push(descriptor);
    return descriptor;
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#descriptors) closeSync(descriptor);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
