import { bytesOf, SpillFile } from './spill-file.ts';
import type { TemporaryFiles } from './temporary-files.ts';

/** Values kept in memory before they are written: 64 KiB. */
const BUFFER_VALUES = 16_384;

/** A sequence of unsigned 32-bit integers, written once from start to end, then read; on disk when it is long. */
export class ColumnFile {
  readonly #file: SpillFile;
  readonly #buffer = new Uint32Array(BUFFER_VALUES);
  #count = 0;
  #min = 0xffff_ffff;
  #max = 0;

  constructor(files: TemporaryFiles) {
    this.#file = new SpillFile(files);
  }

  get count(): number {
    return this.#count;
  }

  /** Smallest and largest value so far; there must be one. */
  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  append(value: number): void {
    this.#buffer[this.#room()] = value;
    this.#count++;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** Appends `count` words, the one at `from` and every `stride`th behind it. */
  appendFrom(words: Uint32Array, { from, stride, count }: { from: number; stride: number; count: number }): void {
    for (let done = 0; done < count; ) {
      const at = this.#room();
      const some = Math.min(count - done, BUFFER_VALUES - at);
      this.#copy(words, { from: from + done * stride, stride, at, count: some });
      this.#count += some;
      done += some;
    }
  }

  /** Where in the buffer the next value goes. */
  #room(): number {
    const at = this.#count % BUFFER_VALUES;
    if (at === 0 && this.#count > 0) this.#file.append(bytesOf(this.#buffer));
    return at;
  }

  #copy(
    words: Uint32Array,
    { from, stride, at, count }: { from: number; stride: number; at: number; count: number },
  ): void {
    const buffer = this.#buffer;
    let min = this.#min;
    let max = this.#max;
    for (let i = 0, word = from; i < count; i++, word += stride) {
      const value = words[word] as number;
      buffer[at + i] = value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    this.#min = min;
    this.#max = max;
  }

  /** Fills the target with the values from an index on and returns how many there were. */
  read(target: Uint32Array, from: number): number {
    const count = Math.min(target.length, this.#count - from);
    const written = this.#file.sizeBytes / 4;
    const onDisk = Math.max(0, Math.min(count, written - from));
    if (onDisk > 0) this.#file.read(bytesOf(target.subarray(0, onDisk)), from * 4);
    const inBuffer = from + onDisk - written;
    target.set(this.#buffer.subarray(inBuffer, inBuffer + count - onDisk), onDisk);
    return count;
  }

  clear(): void {
    this.#file.clear();
    this.#count = 0;
    this.#min = 0xffff_ffff;
    this.#max = 0;
  }
}
