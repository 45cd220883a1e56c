import type { SpillFile } from './spill-file.ts';
import type { IdRun } from './spills.ts';

/** Longest record: two bytes of length and an id. */
const LEAST_BUFFER_BYTES = 1024;

/** Reads a run of ids from its start, one after the other. */
export class IdRunReader {
  /** The bytes of the current id are `bytes[start, start + length)`. */
  readonly bytes: Uint8Array;
  start = 0;
  length = 0;
  /** The place of the current id in its run. */
  rank = -1;
  readonly #file: SpillFile;
  readonly #run: IdRun;
  /** Bytes of the run that have been read into the buffer, and what of the buffer is filled. */
  #readBytes = 0;
  #filled = 0;

  constructor(file: SpillFile, run: IdRun, bufferBytes: number) {
    this.#file = file;
    this.#run = run;
    this.bytes = new Uint8Array(Math.max(LEAST_BUFFER_BYTES, Math.min(bufferBytes, run.sizeBytes)));
  }

  /** Moves to the next id; false when there is none. */
  next(): boolean {
    if (++this.rank === this.#run.count) return false;
    const at = this.start + this.length;
    if (at + LEAST_BUFFER_BYTES > this.#filled && this.#readBytes < this.#run.sizeBytes) this.#fill(at);
    else this.start = at;
    this.length = (this.bytes[this.start] as number) | ((this.bytes[this.start + 1] as number) << 8);
    this.start += 2;
    return true;
  }

  /** Moves what is unread to the start of the buffer, and reads more behind it. */
  #fill(at: number): void {
    this.bytes.copyWithin(0, at, this.#filled);
    const kept = this.#filled - at;
    const count = Math.min(this.bytes.length - kept, this.#run.sizeBytes - this.#readBytes);
    this.#file.read(this.bytes.subarray(kept, kept + count), this.#run.at + this.#readBytes);
    this.#readBytes += count;
    this.#filled = kept + count;
    this.start = 0;
  }
}

/** Negative, zero or positive: the current ids of two readers, by their bytes. */
export function compareCurrent(a: IdRunReader, b: IdRunReader): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) {
    const difference = (a.bytes[a.start + i] as number) - (b.bytes[b.start + i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
