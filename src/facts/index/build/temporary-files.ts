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
    removeQuietly(this.#directory);
  }
}

/** For what is unfinished: an error of the removal would hide the one that made it necessary. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // It lies in a folder that its owner removes, now or at the next start.
  }
}
