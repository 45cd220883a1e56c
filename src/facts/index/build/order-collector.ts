import type { OrderEntry, PackedSection } from '../directory.ts';
import { ColumnFile } from './column-file.ts';
import { type SectionWriter, widthOf } from './section-writer.ts';
import type { TemporaryFiles } from './temporary-files.ts';

/** Keys and offsets expanded at a time. */
const CHUNK_VALUES = 4096;

/** Takes sorted rows, drops duplicates, and turns them into the sections of an order. Used for one order after another. */
export class OrderCollector {
  /** By place in the order. The leading column is kept too: other orders are made from it. */
  readonly columns: readonly ColumnFile[];
  rowCount = 0;
  /** Sum of the fingerprints of the rows kept, and of all rows taken, modulo 2^32; where rows have fingerprints. */
  fingerprint = 0;
  takenFingerprint = 0;
  readonly #keys: ColumnFile;
  readonly #offsets: ColumnFile;
  readonly #dense: ColumnFile;
  /** The row kept last. */
  readonly #last: Uint32Array;
  /** By column, the rows that differ there first from the row before. */
  #changes: number[] = [];

  /** For relations of up to `arity` columns. */
  constructor(files: TemporaryFiles, arity: number) {
    this.columns = Array.from({ length: arity }, () => new ColumnFile(files));
    this.#keys = new ColumnFile(files);
    this.#offsets = new ColumnFile(files);
    this.#dense = new ColumnFile(files);
    this.#last = new Uint32Array(arity);
  }

  begin(arity: number): void {
    for (const column of [...this.columns, this.#keys, this.#offsets, this.#dense]) column.clear();
    this.rowCount = 0;
    this.fingerprint = 0;
    this.takenFingerprint = 0;
    this.#changes = new Array<number>(arity).fill(0);
  }

  /**
   * Takes the next `count` rows, `width` words each: the columns in the order of sorting, then perhaps a fingerprint.
   * Duplicates are moved over.
   */
  add(rows: Uint32Array, count: number, width: number): void {
    const arity = this.#changes.length;
    const kept = this.#drop(rows, count, width);
    if (kept === 0) return;
    for (let column = 0; column < arity; column++) {
      this.columns[column]?.appendFrom(rows, { from: column, stride: width, count: kept });
    }
    this.rowCount += kept;
    const last = (kept - 1) * width;
    this.#last.set(rows.subarray(last, last + arity));
  }

  /** Yields now and then. */
  *finish(lead: number, sections: SectionWriter): Generator<void, OrderEntry> {
    const keys = this.#keys;
    const keyCount = keys.count;
    const firstKey = keys.min;
    const span = keys.max - firstKey + 1;
    this.#offsets.append(this.rowCount);
    const isDense = this.#isDense(span);
    const offsets = isDense && span > keyCount ? yield* this.#expandOffsets() : this.#offsets;
    const isSingle = offsets.count - 1 === this.rowCount && keyCount === this.rowCount;
    const keySection = isDense ? null : yield* sections.packed(keys);
    const offsetSection = isSingle ? null : yield* sections.packed(offsets);
    const columns: PackedSection[] = [];
    for (const column of this.columns.slice(1, this.#changes.length)) columns.push(yield* sections.packed(column));
    return {
      lead,
      firstKey: isDense ? firstKey : 0,
      keyCount: isDense ? span : keyCount,
      keys: keySection,
      offsets: offsetSection,
      columns,
      distinct: this.#changes.map((_, column) => sumOf(this.#changes.slice(0, column + 1))),
    };
  }

  /** Moves the rows that are no duplicates to the start, notes their keys, and returns their number. */
  #drop(rows: Uint32Array, count: number, width: number): number {
    const changes = this.#changes;
    const arity = changes.length;
    const hasFingerprint = width > arity;
    let before = this.#last;
    let beforeAt = 0;
    let kept = 0;
    for (let at = 0; at < count * width; at += width) {
      const fingerprint = hasFingerprint ? (rows[at + arity] as number) : 0;
      const isFirst = this.rowCount + kept === 0;
      const changed = isFirst ? 0 : firstChange(before, beforeAt, rows, at, arity);
      this.takenFingerprint = (this.takenFingerprint + fingerprint) | 0;
      before = rows;
      beforeAt = at;
      if (changed === arity && !isFirst) continue;
      if (arity > 0) changes[changed] = (changes[changed] as number) + 1;
      if (arity > 0 && changed === 0) {
        this.#keys.append(rows[at] as number);
        this.#offsets.append(this.rowCount + kept);
      }
      this.fingerprint = (this.fingerprint + fingerprint) | 0;
      if (kept * width < at) rows.copyWithin(kept * width, at, at + width);
      kept++;
    }
    return kept;
  }

  /** An offset for every id between the first key and the last costs one look; searching keys costs a dozen. */
  #isDense(span: number): boolean {
    const keyCount = this.#keys.count;
    const offsetWidth = widthOf(this.rowCount);
    const keyWidth = widthOf(this.#keys.max - this.#keys.min);
    const sparseBytes = keyCount * (keyWidth + (keyCount === this.rowCount ? 0 : offsetWidth));
    return span === keyCount || span * offsetWidth <= 2 * sparseBytes;
  }

  /** Offsets for all ids from the first key to the last. */
  *#expandOffsets(): Generator<void, ColumnFile> {
    const keys = new Uint32Array(CHUNK_VALUES);
    const offsets = new Uint32Array(CHUNK_VALUES);
    let next = this.#keys.min;
    for (let done = 0; done < this.#keys.count; ) {
      const count = this.#keys.read(keys, done);
      this.#offsets.read(offsets, done);
      next = expand(keys.subarray(0, count), offsets, next, this.#dense);
      done += count;
      yield;
    }
    this.#dense.append(this.rowCount);
    return this.#dense;
  }
}

/** The first of some columns in which two rows differ, or their number. */
function firstChange(a: Uint32Array, aAt: number, b: Uint32Array, bAt: number, arity: number): number {
  let column = 0;
  while (column < arity && a[aAt + column] === b[bAt + column]) column++;
  return column;
}

/** Appends the offset of each key, and before it once for every number left out since `first`. Returns the number after the last. */
function expand(keys: Uint32Array, offsets: Uint32Array, first: number, dense: ColumnFile): number {
  let next = first;
  for (let i = 0; i < keys.length; i++) for (; next <= (keys[i] as number); next++) dense.append(offsets[i] as number);
  return next;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
