import type { ByteSource } from './byte-source.ts';
import { damaged } from './damaged.ts';
import type { OrderEntry } from './directory.ts';
import { PackedArray } from './packed-array.ts';

/** Handles of one type: those from `first` on, `count` of them. */
export interface HandleRange {
  readonly first: number;
  readonly count: number;
}

/** The rows of a relation sorted by one column first. Values are handles. */
export class RelationOrder {
  /** The columns of the relation in the order of sorting. */
  readonly columns: readonly number[];
  readonly rowCount: number;
  /** Distinct values of the first column of `columns`, of the first two, and so on. */
  readonly distinct: readonly number[];
  /** First and one past the last row of the key sought last. */
  start = 0;
  end = 0;
  readonly #lead: number;
  readonly #keys: PackedArray | undefined;
  readonly #firstKey: number;
  readonly #keyCount: number;
  readonly #offsets: PackedArray | undefined;
  /** By column of the relation; none for the leading one. */
  readonly #values: readonly (PackedArray | undefined)[];
  /** The key of the row asked for last: scans ask for the same one, or the next. */
  #lastKey = 0;

  constructor(source: ByteSource, entry: OrderEntry, shape: { rowCount: number; ranges: readonly HandleRange[] }) {
    const { lead, keys, offsets } = entry;
    const others = shape.ranges.map((_, column) => column).filter((column) => column !== lead);
    const leadRange = shape.ranges[lead] as HandleRange;
    this.columns = [lead, ...others];
    this.rowCount = shape.rowCount;
    this.distinct = entry.distinct;
    this.#lead = lead;
    this.#keys = keys ? new PackedArray(source, keys, rangeOf(leadRange)) : undefined;
    this.#firstKey = entry.firstKey + leadRange.first;
    this.#keyCount = entry.keyCount;
    this.#offsets = offsets ? new PackedArray(source, offsets, { add: 0, limit: shape.rowCount + 1 }) : undefined;
    this.#values = shape.ranges.map((range, column) => {
      const section = column === lead ? undefined : entry.columns[others.indexOf(column)];
      return section && new PackedArray(source, section, rangeOf(range));
    });
    if (!keys && entry.firstKey + entry.keyCount > leadRange.count) throw damaged('an order has keys that are no ids');
  }

  /** Sets `start` and `end` to the rows whose leading column is this handle; equal when there are none. */
  seek(handle: number): void {
    const key = this.#keyOf(handle);
    if (key === -1) {
      this.start = 0;
      this.end = 0;
      return;
    }
    const start = this.#startOf(key);
    const end = this.#startOf(key + 1);
    if (start > end) throw damaged('an order has offsets that descend');
    this.start = start;
    this.end = end;
  }

  /** The handle in a column of a row. */
  get(row: number, column: number): number {
    const values = this.#values[column];
    return values === undefined ? this.#leadOf(row, column) : values.get(row);
  }

  /** Writes the handles in a column of some rows to the beginning of the target. */
  read(rows: { readonly from: number; readonly count: number }, column: number, target: Int32Array): void {
    const values = this.#values[column];
    if (values === undefined) this.#readLead(rows, column, target);
    else values.read(rows.from, rows.count, target);
  }

  /** The first row in [from, to) whose value in a column, not the leading one, is at least `handle`, or `to`. */
  lowerBound(column: number, from: number, to: number, handle: number): number {
    return (this.#values[column] as PackedArray).lowerBound(from, to, handle);
  }

  /** One past the last row in [from, to) whose value in such a column is `handle`; the rows begin with those. */
  upperBound(column: number, from: number, to: number, handle: number): number {
    const values = this.#values[column] as PackedArray;
    // Few rows are equal in two columns, and then they are looked at anyway.
    for (let row = from; row < from + FEW_ROWS; row++) if (row === to || values.get(row) !== handle) return row;
    return values.lowerBound(from + FEW_ROWS, to, handle + 1);
  }

  #keyOf(handle: number): number {
    if (this.#keys === undefined) {
      const key = handle - this.#firstKey;
      return key >= 0 && key < this.#keyCount ? key : -1;
    }
    const key = this.#keys.lowerBound(0, this.#keyCount, handle);
    return key < this.#keyCount && this.#keys.get(key) === handle ? key : -1;
  }

  #startOf(key: number): number {
    return this.#offsets === undefined ? key : this.#offsets.get(key);
  }

  #leadOf(row: number, column: number): number {
    if (column !== this.#lead) throw new Error(`there is no column ${column}`);
    const key = this.#offsets === undefined ? row : this.#keyOfRow(row, this.#offsets);
    return this.#keys === undefined ? this.#firstKey + key : this.#keys.get(key);
  }

  #readLead(
    { from, count }: { readonly from: number; readonly count: number },
    column: number,
    target: Int32Array,
  ): void {
    for (let i = 0; i < count; ) {
      const lead = this.#leadOf(from + i, column);
      const end = this.#offsets === undefined ? 0 : this.#offsets.get(this.#lastKey + 1) - from;
      do target[i++] = lead;
      while (i < end && i < count);
    }
  }

  #keyOfRow(row: number, offsets: PackedArray): number {
    let key = this.#lastKey;
    for (let tries = 0; tries < NEAR_KEYS && key < this.#keyCount; tries++, key++) {
      if (row < offsets.get(key)) break;
      if (row < offsets.get(key + 1)) {
        this.#lastKey = key;
        return key;
      }
    }
    key = offsets.lowerBound(0, this.#keyCount, row + 1) - 1;
    if (key < 0) throw damaged('an order has rows without key');
    this.#lastKey = key;
    return key;
  }
}

/** Rows in a row looked at before bisecting. */
const FEW_ROWS = 4;

/** Keys tried from the last one on before searching all. */
const NEAR_KEYS = 4;

function rangeOf({ first, count }: HandleRange): { add: number; limit: number } {
  return { add: first, limit: count };
}
