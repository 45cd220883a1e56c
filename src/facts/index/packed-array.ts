import type { ByteSource } from './byte-source.ts';
import { damaged } from './damaged.ts';
import type { PackedSection } from './directory.ts';

/** Integers of one width in a section; see format.ts. */
export class PackedArray {
  readonly length: number;
  readonly #source: ByteSource;
  readonly #offset: number;
  readonly #width: number;
  readonly #base: number;
  /** Every value must be below this. */
  readonly #limit: number;

  /** `add` is added to every value as stored; values are below `limit`, before the addition. */
  constructor(source: ByteSource, section: PackedSection, range: { readonly add: number; readonly limit: number }) {
    this.length = section.count;
    this.#source = source;
    this.#offset = section.offset;
    this.#width = section.width;
    this.#base = section.base + range.add;
    this.#limit = range.limit + range.add;
  }

  /** Throws INDEX_INVALID when there is no such element, or its value is out of range. */
  get(index: number): number {
    if (!(index >= 0 && index < this.length)) throw this.#outOfRange();
    const value = this.#base + this.#stored(index);
    if (value >= this.#limit) throw this.#outOfRange();
    return value;
  }

  /** Writes `count` elements from an index on to the beginning of the target. Throws as `get` does. */
  read(from: number, count: number, target: Int32Array): void {
    if (!(from >= 0 && from + count <= this.length)) throw this.#outOfRange();
    for (let done = 0; done < count; done += WINDOW_ELEMENTS) {
      this.#readWindow(from + done, target.subarray(done, Math.min(count, done + WINDOW_ELEMENTS)));
    }
  }

  #readWindow(from: number, target: Int32Array): void {
    const width = this.#width;
    let at = width === 0 ? 0 : this.#source.window(this.#offset + from * width, target.length * width);
    const bytes = this.#source.bytes;
    let largest = 0;
    for (let i = 0; i < target.length; i++, at += width) {
      const value = this.#base + (width === 0 ? 0 : storedAt(bytes, at, width));
      if (value > largest) largest = value;
      target[i] = value;
    }
    if (largest >= this.#limit) throw this.#outOfRange();
  }

  /** The first index in [from, to) whose value is at least `value`, or `to`. The values there ascend. */
  lowerBound(from: number, to: number, value: number): number {
    let low = from;
    let high = to;
    // A few elements lie in the same line of the processor's cache: going through them beats branches nobody can predict.
    while (high - low > FEW) {
      const middle = (low + high) >>> 1;
      if (this.get(middle) < value) low = middle + 1;
      else high = middle;
    }
    while (low < high && this.get(low) < value) low++;
    return low;
  }

  #stored(index: number): number {
    const width = this.#width;
    if (width === 0) return 0;
    const at = this.#source.window(this.#offset + index * width, width);
    return storedAt(this.#source.bytes, at, width);
  }

  #outOfRange(): Error {
    return damaged(`a value in the section at byte ${this.#offset} is out of range`);
  }
}

/** An integer of one to four bytes. */
function storedAt(bytes: Uint8Array, at: number, width: number): number {
  let value = bytes[at] as number;
  if (width > 1) value |= (bytes[at + 1] as number) << 8;
  if (width > 2) value |= (bytes[at + 2] as number) << 16;
  return width > 3 ? value + (bytes[at + 3] as number) * 0x100_0000 : value;
}

/** Elements read through one window: at most a page of the system, as a source gives many. */
const WINDOW_ELEMENTS = 1024;

/** Elements gone through one by one. */
const FEW = 6;
