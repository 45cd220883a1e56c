import { collectGarbageSoon } from '../collect-garbage.ts';
import { type RowShape, type RowsOnDisk, RunMerge } from './run-merge.ts';
import { bytesOf, type SpillFile } from './spill-file.ts';

/** Bits sorted by in one pass: 2,048 counters stay in the nearest cache. */
const DIGIT_BITS = 11;
const DIGIT_MASK = 2 ** DIGIT_BITS - 1;

const LEAST_ROWS = 1024;

/**
 * A stable external sort of rows of 32-bit words. What fits into memory is sorted by counting, from the last word of
 * the key to the first; beyond that, sorted runs go to disk and are merged.
 */
export class RowSorter {
  readonly #shape: RowShape;
  readonly #width: number;
  readonly #keyWidth: number;
  #rows: Uint32Array;
  /** Rows in sorted order after `#sort`, and room for a pass. */
  #order: Uint32Array;
  #spare: Uint32Array;
  readonly #counts = new Uint32Array(DIGIT_MASK + 1);
  /** Rows added so far. */
  rowCount = 0;
  #count = 0;
  #done = 0;
  readonly #runFile: SpillFile;
  readonly #runs: RowsOnDisk[] = [];
  #merge: RunMerge | undefined;

  /** Sorts at most `rowCount` rows. The run file is overwritten; it serves one sorter at a time. */
  constructor(runFile: SpillFile, shape: RowShape, limit: { readonly memoryBytes: number; readonly rowCount: number }) {
    const { width, keyWidth } = shape;
    const fitting = Math.max(LEAST_ROWS, Math.floor(limit.memoryBytes / (4 * (width + 2))));
    const capacity = Math.min(fitting, limit.rowCount);
    runFile.clear();
    this.#runFile = runFile;
    this.#shape = shape;
    this.#width = width;
    this.#keyWidth = keyWidth;
    this.#rows = new Uint32Array(capacity * width);
    this.#order = new Uint32Array(capacity);
    this.#spare = new Uint32Array(capacity);
  }

  /** Adds `count` rows that lie one after the other. */
  add(rows: Uint32Array, count: number): void {
    const width = this.#width;
    this.rowCount += count;
    for (let done = 0; done < count; ) {
      if (this.#count === this.#order.length) this.#spill();
      const some = Math.min(count - done, this.#order.length - this.#count);
      this.#rows.set(rows.subarray(done * width, (done + some) * width), this.#count * width);
      this.#count += some;
      done += some;
    }
  }

  /** To be called once, after the last row. */
  sort(): void {
    if (this.#runs.length > 0) {
      this.#spill();
      this.#merge = new RunMerge({ file: this.#runFile, runs: this.#runs, memory: this.#rows }, this.#shape);
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

  /** Gives its memory back. */
  release(): void {
    collectGarbageSoon(this.#rows.byteLength + this.#order.byteLength + this.#spare.byteLength);
    this.#rows = new Uint32Array(0);
    this.#order = this.#rows;
    this.#spare = this.#rows;
    this.#merge = undefined;
  }

  #gather(target: Uint32Array, from: number, count: number): void {
    const width = this.#width;
    for (let row = 0; row < count; row++) {
      const source = (this.#order[from + row] as number) * width;
      for (let word = 0; word < width; word++) target[row * width + word] = this.#rows[source + word] as number;
    }
  }

  #sortInMemory(): void {
    for (let row = 0; row < this.#count; row++) this.#order[row] = row;
    // Those of sorted facts are, as far as the order of the facts goes.
    if (this.#isSorted()) return;
    for (let word = this.#keyWidth - 1; word >= 0; word--) {
      const bits = this.#bitsOf(word);
      for (let shift = 0; shift < bits; shift += DIGIT_BITS) this.#pass(word, shift);
    }
  }

  #isSorted(): boolean {
    const rows = this.#rows;
    const width = this.#width;
    const keyWidth = this.#keyWidth;
    for (let at = width; at < this.#count * width; at += width) {
      let word = 0;
      while (word < keyWidth && rows[at + word] === rows[at - width + word]) word++;
      if (word < keyWidth && (rows[at + word] as number) < (rows[at - width + word] as number)) return false;
    }
    return true;
  }

  /** Bits of the largest value of a word. */
  #bitsOf(word: number): number {
    let all = 0;
    for (let at = word; at < this.#count * this.#width; at += this.#width) all |= this.#rows[at] as number;
    return 32 - Math.clz32(all);
  }

  /** Sorts by one digit of one word. */
  #pass(word: number, shift: number): void {
    const counts = this.#counts.fill(0);
    const rows = this.#rows;
    const width = this.#width;
    for (let row = 0, at = word; row < this.#count; row++, at += width) {
      const digit = ((rows[at] as number) >>> shift) & DIGIT_MASK;
      counts[digit] = (counts[digit] as number) + 1;
    }
    for (let digit = 0, start = 0; digit <= DIGIT_MASK; digit++) {
      const size = counts[digit] as number;
      if (size === this.#count) return;
      counts[digit] = start;
      start += size;
    }
    const order = this.#order;
    const sorted = this.#spare;
    for (let i = 0; i < this.#count; i++) {
      const row = order[i] as number;
      const digit = ((rows[row * width + word] as number) >>> shift) & DIGIT_MASK;
      const at = counts[digit] as number;
      sorted[at] = row;
      counts[digit] = at + 1;
    }
    this.#order = sorted;
    this.#spare = order;
  }

  #spill(): void {
    this.#sortInMemory();
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

/** Rows written to disk at a time; arbitrary. */
const SPILL_ROWS = 4096;
