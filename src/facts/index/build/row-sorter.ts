import { type RowShape, type RowsOnDisk, RunMerge } from './run-merge.ts';
import { bytesOf, type SpillFile } from './spill-file.ts';

/** Bits sorted by in one pass: 2,048 counters stay in the nearest cache. */
const DIGIT_BITS = 11;
const DIGIT_MASK = 2 ** DIGIT_BITS - 1;

/** Words of memory for a row beside its own: its places before and after a pass. */
const PLACE_WORDS = 2;

/** Memory that sorts so many rows without a run file. */
export function sortingWords({ width }: RowShape, rowCount: number): number {
  return rowCount * (width + PLACE_WORDS);
}

/**
 * A stable external sort of rows of 32-bit words. What fits into memory is sorted by counting, from the last word of
 * the key to the first; beyond that, sorted runs go to disk and are merged.
 */
export class RowSorter {
  readonly #shape: RowShape;
  readonly #width: number;
  readonly #keyWidth: number;
  readonly #rows: Uint32Array;
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

  /** The run file and the memory, which holds a row at least, are overwritten: they serve one sorter at a time. */
  constructor(runFile: SpillFile, shape: RowShape, memory: Uint32Array) {
    const { width, keyWidth } = shape;
    const capacity = Math.floor(memory.length / (width + PLACE_WORDS));
    runFile.clear();
    this.#runFile = runFile;
    this.#shape = shape;
    this.#width = width;
    this.#keyWidth = keyWidth;
    this.#order = memory.subarray(0, capacity);
    this.#spare = memory.subarray(capacity, 2 * capacity);
    this.#rows = memory.subarray(2 * capacity, 2 * capacity + capacity * width);
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
    gather(this.#rows, this.#width, this.#order.subarray(this.#done, this.#done + count), target);
    this.#done += count;
    return count;
  }

  #sortInMemory(): void {
    const rows = { words: this.#rows, count: this.#count, width: this.#width };
    fillAscending(this.#order, this.#count);
    // Those of sorted facts are, as far as the order of the facts goes.
    if (areSorted(rows, this.#keyWidth)) return;
    for (let word = this.#keyWidth - 1; word >= 0; word--) {
      const bits = bitsOf(rows, word);
      for (let shift = 0; shift < bits; shift += DIGIT_BITS) this.#pass(rows, { word, shift });
    }
  }

  /** Sorts by one digit of one word. */
  #pass(rows: Rows, digit: Digit): void {
    const counts = this.#counts.fill(0);
    count(rows, digit, counts);
    if (!startsOf(counts, rows.count)) return;
    place(rows, digit, { order: this.#order, starts: counts, sorted: this.#spare });
    [this.#order, this.#spare] = [this.#spare, this.#order];
  }

  #spill(): void {
    this.#sortInMemory();
    this.#runs.push({ at: this.#runFile.sizeBytes, count: this.#count });
    const block = new Uint32Array(SPILL_ROWS * this.#width);
    for (let row = 0; row < this.#count; row += SPILL_ROWS) {
      const count = Math.min(SPILL_ROWS, this.#count - row);
      gather(this.#rows, this.#width, this.#order.subarray(row, row + count), block);
      this.#runFile.append(bytesOf(block.subarray(0, count * this.#width)));
    }
    this.#count = 0;
  }
}

/** Rows written to disk at a time; arbitrary. */
const SPILL_ROWS = 4096;

/*
 * What goes through all rows stands outside of the class: it is compiled for arrays alone, and so once.
 */

interface Rows {
  readonly words: Uint32Array;
  readonly count: number;
  /** Words of a row. */
  readonly width: number;
}

/** Some bits of a word of a row. */
interface Digit {
  readonly word: number;
  readonly shift: number;
}

function fillAscending(target: Uint32Array, count: number): void {
  for (let i = 0; i < count; i++) target[i] = i;
}

function areSorted({ words, count, width }: Rows, keyWidth: number): boolean {
  for (let at = width; at < count * width; at += width) {
    let word = 0;
    while (word < keyWidth && words[at + word] === words[at - width + word]) word++;
    if (word < keyWidth && (words[at + word] as number) < (words[at - width + word] as number)) return false;
  }
  return true;
}

/** Bits of the largest value of a word. */
function bitsOf({ words, count, width }: Rows, word: number): number {
  let all = 0;
  for (let at = word; at < count * width; at += width) all |= words[at] as number;
  return 32 - Math.clz32(all);
}

/** Counts the rows by a digit. */
function count({ words, count, width }: Rows, { word, shift }: Digit, counts: Uint32Array): void {
  for (let at = word; at < count * width; at += width) {
    const digit = ((words[at] as number) >>> shift) & DIGIT_MASK;
    counts[digit] = (counts[digit] as number) + 1;
  }
}

/** Makes of counts where the rows of each digit begin; false when all rows have the same one. */
function startsOf(counts: Uint32Array, rowCount: number): boolean {
  for (let digit = 0, start = 0; digit <= DIGIT_MASK; digit++) {
    const size = counts[digit] as number;
    if (size === rowCount) return false;
    counts[digit] = start;
    start += size;
  }
  return true;
}

/** Takes rows in one order and puts them in that of a digit; `starts` moves on. */
function place(
  { words, count, width }: Rows,
  { word, shift }: Digit,
  { order, starts, sorted }: Record<'order' | 'starts' | 'sorted', Uint32Array>,
): void {
  for (let i = 0; i < count; i++) {
    const row = order[i] as number;
    const digit = ((words[row * width + word] as number) >>> shift) & DIGIT_MASK;
    const at = starts[digit] as number;
    sorted[at] = row;
    starts[digit] = at + 1;
  }
}

/** Writes rows to the target one behind the other. */
function gather(words: Uint32Array, width: number, rows: Uint32Array, target: Uint32Array): void {
  for (let i = 0, to = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * width;
    for (let word = 0; word < width; word++) target[to++] = words[from + word] as number;
  }
}
