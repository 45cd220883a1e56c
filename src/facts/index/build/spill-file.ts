import { readSync } from 'node:fs';
import { OsoError } from '../../../errors/oso-error.ts';
import type { TemporaryFiles } from './temporary-files.ts';
import { writeFully } from './write-fully.ts';

/** A temporary file that grows at its end, or is overwritten in regions reserved before. */
export class SpillFile {
  readonly #descriptor: number;
  #sizeBytes = 0;

  constructor(files: TemporaryFiles) {
    this.#descriptor = files.create();
  }

  /** Where the next bytes go. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  append(bytes: Uint8Array): void {
    writeFully(this.#descriptor, bytes, this.#sizeBytes);
    this.#sizeBytes += bytes.length;
  }

  /** Keeps room for later writes and returns where it begins. */
  reserve(sizeBytes: number): number {
    const at = this.#sizeBytes;
    this.#sizeBytes += sizeBytes;
    return at;
  }

  write(bytes: Uint8Array, at: number): void {
    writeFully(this.#descriptor, bytes, at);
  }

  /** Fills the target from a place. The caller asks for what was written only; INDEX_INVALID when it is not there. */
  read(target: Uint8Array, at: number): void {
    let done = 0;
    while (done < target.length) {
      const count = readSync(this.#descriptor, target, done, target.length - done, at + done);
      if (count === 0)
        throw new OsoError('INDEX_INVALID', 'a temporary file of the index ends before what was written');
      done += count;
    }
  }

  /** Forgets what was written; its room is used again. */
  clear(): void {
    this.#sizeBytes = 0;
  }
}

/** The bytes of some 32-bit integers, not copied. */
export function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
