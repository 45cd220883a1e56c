import { MergeHeap } from './merge-heap.ts';
import { bytesOf, SpillFile } from './spill-file.ts';
import type { TemporaryFiles } from './temporary-files.ts';

/** Bits sorted by in one pass: 2,048 counters stay in the nearest cache. */
const DIGIT_BITS = 11;
const DIGIT_MASK = 2 ** DIGIT_BITS - 1;

const LEAST_ROWS = 1024;

export interface RowShape {
  /** Words of a row. */
  readonly width: number;
  /** Leading words that rows are sorted by. Rows equal in these keep their order. */
  readonly keyWidth: number;
}

/**
 * A stable external sort of rows of 32-bit words. What fits into memory is sorted by counting, from the last word of
 * the key to the first; beyond that, sorted runs go to disk and are merged.
 */
export class RowSorter {
  readonly #files: TemporaryFiles;
  readonly #width: number;
  readonly #keyWidth: number;
  readonly #rows: Uint32Array;
  /** Rows in sorted order after `#sort`, and room for a pass. */
  #order: Uint32Array;
  #spare: Uint32Array;
  /** Largest value of each word of the key. */
  readonly #max: Uint32Array;
  readonly #counts = new Uint32Array(DIGIT_MASK + 1);
  #count = 0;
  #done = 0;
  #runFile: SpillFile | undefined;
  readonly #runs: { readonly at: number; readonly count: number }[] = [];
  #merge: RunMerge | undefined;

  constructor(files: TemporaryFiles, shape: RowShape, limit: { readonly memoryBytes: number; readonly rowCount: number }) {
    const { width, keyWidth } = shape;
    const fitting = Math.max(LEAST_ROWS, Math.floor(limit.memoryBytes / (4 * (width + 2))));
    const capacity = Math.min(fitting, limit.rowCount);
    this.#files = files;
    this.#width = width;
    this.#keyWidth = keyWidth;
    this.#rows = new Uint32Array(capacity * width);
    this.#order = new Uint32Array(capacity);
    this.#spare = new Uint32Array(capacity);
    this.#max = new Uint32Array(keyWidth);
  }

  /** Adds `count` rows that lie one after the other. */
  add(rows: Uint32Array, count: number): void {
    const width = this.#width;
    for (let row = 0; row < count; row++) {
      if (this.#count === this.#order.length) this.#spill();
      const from = row * width;
      const to = this.#count++ * width;
      for (let word = 0; word < width; word++) this.#rows[to + word] = rows[from + word] ?? 0;
      for (let word = 0; word < this.#keyWidth; word++) {
        const value = rows[from + word] ?? 0;
        if (value > (this.#max[word] ?? 0)) this.#max[word] = value;
      }
    }
  }

  /** To be called once, after the last row. */
  sort(): void {
    if (this.#runs.length > 0) {
      this.#spill();
      if (this.#runFile) this.#merge = new RunMerge(this.#runFile, this.#runs, this.#rows, this.#width, this.#keyWidth);
      return;
    }
    this.#sortInMemory();
  }

  /** Fills the target with the next rows in order and returns their number, 0 at the end. */
  read(target: Uint32Array): number {
    if (this.#merge) return this.#merge.read(target);
    const count = Math.min(Math.floor(target.length / this.#width), this.#count - this.#done);
    this.#gather(target, this.#done, count);
    this.#done += count;
    return count;
  }

  #gather(target: Uint32Array, from: number, count: number): void {
    const width = this.#width;
    for (let row = 0; row < count; row++) {
      const source = (this.#order[from + row] ?? 0) * width;
      for (let word = 0; word < width; word++) target[row * width + word] = this.#rows[source + word] ?? 0;
    }
  }

  #sortInMemory(): void {
    for (let row = 0; row < this.#count; row++) this.#order[row] = row;
    for (let word = this.#keyWidth - 1; word >= 0; word--) {
      const bits = 32 - Math.clz32(this.#max[word] ?? 0);
      for (let shift = 0; shift < bits; shift += DIGIT_BITS) this.#pass(word, shift);
    }
  }

  /** Sorts by one digit of one word. */
  #pass(word: number, shift: number): void {
    const counts = this.#counts.fill(0);
    const rows = this.#rows;
    const width = this.#width;
    for (let row = 0, at = word; row < this.#count; row++, at += width) {
      const digit = ((rows[at] ?? 0) >>> shift) & DIGIT_MASK;
      counts[digit] = (counts[digit] ?? 0) + 1;
    }
    for (let digit = 0, start = 0; digit <= DIGIT_MASK; digit++) {
      const size = counts[digit] ?? 0;
      if (size === this.#count) return;
      counts[digit] = start;
      start += size;
    }
    const order = this.#order;
    const sorted = this.#spare;
    for (let i = 0; i < this.#count; i++) {
      const row = order[i] ?? 0;
      const digit = ((rows[row * width + word] ?? 0) >>> shift) & DIGIT_MASK;
      const at = counts[digit] ?? 0;
      sorted[at] = row;
      counts[digit] = at + 1;
    }
    this.#order = sorted;
    this.#spare = order;
  }

  #spill(): void {
    this.#sortInMemory();
    this.#runFile ??= new SpillFile(this.#files);
    this.#runs.push({ at: this.#runFile.sizeBytes, count: this.#count });
    const block = new Uint32Array(SPILL_ROWS * this.#width);
    for (let row = 0; row < this.#count; row += SPILL_ROWS) {
      const count = Math.min(SPILL_ROWS, this.#count - row);
      this.#gather(block, row, count);
      this.#runFile.append(bytesOf(block.subarray(0, count * this.#width)));
    }
    this.#count = 0;
  }
}

const SPILL_ROWS = 4096;

/** Merges sorted runs through parts of the memory in which they were sorted. */
class RunMerge {
  readonly #file: SpillFile;
  readonly #buffers: readonly Uint32Array[];
  readonly #runs: readonly { readonly at: number; readonly count: number }[];
  /** By run: place of the current row in its buffer, words there, rows read from disk. */
  readonly #at: Int32Array;
  readonly #filled: Int32Array;
  readonly #read: Float64Array;
  readonly #width: number;
  readonly #keyWidth: number;
  readonly #heap: MergeHeap;

  constructor(
    file: SpillFile,
    runs: readonly { readonly at: number; readonly count: number }[],
    memory: Uint32Array,
    width: number,
    keyWidth: number,
  ) {
    const rowsEach = Math.max(1, Math.floor(memory.length / runs.length / width));
    this.#file = file;
    this.#runs = runs;
    this.#buffers = runs.map((_, run) => memory.subarray(run * rowsEach * width, (run + 1) * rowsEach * width));
    this.#at = new Int32Array(runs.length);
    this.#filled = new Int32Array(runs.length);
    this.#read = new Float64Array(runs.length);
    this.#width = width;
    this.#keyWidth = keyWidth;
    for (const run of runs.keys()) this.#fill(run);
    this.#heap = new MergeHeap(runs.length, (a, b) => this.#isBefore(a, b));
  }

  read(target: Uint32Array): number {
    const width = this.#width;
    const room = Math.floor(target.length / width);
    let count = 0;
    for (; count < room; count++) {
      const run = this.#heap.first;
      if (run === -1) break;
      const buffer = this.#buffers[run];
      const at = this.#at[run] ?? 0;
      for (let word = 0; word < width; word++) target[count * width + word] = buffer?.[at + word] ?? 0;
      this.#advance(run, at + width);
    }
    return count;
  }

  #advance(run: number, at: number): void {
    this.#at[run] = at;
    if (at < (this.#filled[run] ?? 0) || this.#fill(run)) this.#heap.advanced();
    else this.#heap.ended();
  }

  /** Reads the next rows of a run into its buffer; false at its end. */
  #fill(run: number): boolean {
    const buffer = this.#buffers[run] ?? new Uint32Array(0);
    const { at, count } = this.#runs[run] ?? { at: 0, count: 0 };
    const done = this.#read[run] ?? 0;
    const rows = Math.min(Math.floor(buffer.length / this.#width), count - done);
    if (rows === 0) return false;
    this.#file.read(bytesOf(buffer.subarray(0, rows * this.#width)), at + done * this.#width * 4);
    this.#read[run] = done + rows;
    this.#filled[run] = rows * this.#width;
    this.#at[run] = 0;
    return true;
  }

  /** Equal rows come in the order of their runs. */
  #isBefore(a: number, b: number): boolean {
    const left = this.#buffers[a];
    const right = this.#buffers[b];
    const leftAt = this.#at[a] ?? 0;
    const rightAt = this.#at[b] ?? 0;
    for (let word = 0; word < this.#keyWidth; word++) {
      const difference = (left?.[leftAt + word] ?? 0) - (right?.[rightAt + word] ?? 0);
      if (difference !== 0) return difference < 0;
    }
    return a < b;
  }
}
