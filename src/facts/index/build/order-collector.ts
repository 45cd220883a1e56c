import type { OrderEntry } from '../directory.ts';
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
  readonly #last: Uint32Array;
  #distinct: number[] = [];

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
    this.#distinct = new Array<number>(arity).fill(0);
  }

  /** Takes the next `count` rows, `width` words each: the columns in the order of sorting, then perhaps a fingerprint. */
  add(rows: Uint32Array, count: number, width: number): void {
    const arity = this.#distinct.length;
    for (let row = 0, at = 0; row < count; row++, at += width) {
      const fingerprint = width > arity ? (rows[at + arity] as number) : 0;
      this.takenFingerprint = (this.takenFingerprint + fingerprint) | 0;
      const changed = this.rowCount === 0 ? 0 : this.#firstChange(rows, at, arity);
      if (changed === arity && this.rowCount > 0) continue;
      this.#addRow(rows, at, changed);
      this.fingerprint = (this.fingerprint + fingerprint) | 0;
    }
  }

  finish(lead: number, sections: SectionWriter): OrderEntry {
    const keys = this.#keys;
    const keyCount = keys.count;
    const firstKey = keys.min;
    const span = keys.max - firstKey + 1;
    this.#offsets.append(this.rowCount);
    const isDense = this.#isDense(span);
    const offsets = isDense && span > keyCount ? this.#expandOffsets() : this.#offsets;
    return {
      lead,
      firstKey: isDense ? firstKey : 0,
      keyCount: isDense ? span : keyCount,
      keys: isDense ? null : sections.packed(keys),
      offsets: offsets.count - 1 === this.rowCount && keyCount === this.rowCount ? null : sections.packed(offsets),
      columns: this.columns.slice(1, this.#distinct.length).map((column) => sections.packed(column)),
      distinct: this.#distinct,
    };
  }

  /** The first column in which a row differs from the last one, or the number of columns. */
  #firstChange(rows: Uint32Array, at: number, arity: number): number {
    let column = 0;
    while (column < arity && rows[at + column] === this.#last[column]) column++;
    return column;
  }

  #addRow(rows: Uint32Array, at: number, changed: number): void {
    const arity = this.#distinct.length;
    if (changed === 0 && arity > 0) {
      this.#keys.append(rows[at] as number);
      this.#offsets.append(this.rowCount);
    }
    for (let column = 0; column < arity; column++) {
      const value = rows[at + column] as number;
      this.#last[column] = value;
      this.columns[column]?.append(value);
      if (column >= changed) this.#distinct[column] = (this.#distinct[column] as number) + 1;
    }
    this.rowCount++;
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
  #expandOffsets(): ColumnFile {
    const keys = new Uint32Array(CHUNK_VALUES);
    const offsets = new Uint32Array(CHUNK_VALUES);
    let next = this.#keys.min;
    for (let done = 0; done < this.#keys.count; ) {
      const count = this.#keys.read(keys, done);
      this.#offsets.read(offsets, done);
      for (let i = 0; i < count; i++)
        for (; next <= (keys[i] as number); next++) this.#dense.append(offsets[i] as number);
      done += count;
    }
    this.#dense.append(this.rowCount);
    return this.#dense;
  }
}
