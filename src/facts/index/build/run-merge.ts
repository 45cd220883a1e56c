import { MergeHeap } from './merge-heap.ts';
import { bytesOf, type SpillFile } from './spill-file.ts';

export interface RowShape {
  /** Words of a row. */
  readonly width: number;
  /** Leading words that rows are sorted by. Rows equal in these keep their order. */
  readonly keyWidth: number;
}

/** A sorted run of rows: where it begins in a file, in bytes, and how many rows it has. */
export interface RowsOnDisk {
  readonly at: number;
  readonly count: number;
}

export interface MergeSource {
  readonly file: SpillFile;
  readonly runs: readonly RowsOnDisk[];
  /** Room for the merge, shared out among the runs. */
  readonly memory: Uint32Array;
}

/** Merges sorted runs through parts of the memory in which they were sorted. */
export class RunMerge {
  readonly #file: SpillFile;
  readonly #buffers: readonly Uint32Array[];
  readonly #runs: readonly RowsOnDisk[];
  /** By run: place of the current row in its buffer, words there, rows read from disk. */
  readonly #at: Int32Array;
  readonly #filled: Int32Array;
  readonly #read: Float64Array;
  readonly #width: number;
  readonly #keyWidth: number;
  readonly #heap: MergeHeap;

  constructor({ file, runs, memory }: MergeSource, { width, keyWidth }: RowShape) {
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
      const buffer = this.#buffers[run] as Uint32Array;
      const at = this.#at[run] as number;
      for (let word = 0; word < width; word++) target[count * width + word] = buffer[at + word] as number;
      this.#advance(run, at + width);
    }
    return count;
  }

  #advance(run: number, at: number): void {
    this.#at[run] = at;
    if (at < (this.#filled[run] as number) || this.#fill(run)) this.#heap.advanced();
    else this.#heap.ended();
  }

  /** Reads the next rows of a run into its buffer; false at its end. */
  #fill(run: number): boolean {
    const buffer = this.#buffers[run] as Uint32Array;
    const { at, count } = this.#runs[run] as RowsOnDisk;
    const done = this.#read[run] as number;
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
    const left = this.#buffers[a] as Uint32Array;
    const right = this.#buffers[b] as Uint32Array;
    const leftAt = this.#at[a] as number;
    const rightAt = this.#at[b] as number;
    for (let word = 0; word < this.#keyWidth; word++) {
      const difference = (left[leftAt + word] as number) - (right[rightAt + word] as number);
      if (difference !== 0) return difference < 0;
    }
    return a < b;
  }
}
