import { grown, TupleNumbers } from './tuple-numbers.ts';

/** Rows of one bucket lie at `bucket * BUCKET_SPAN + offset`: exact in a double for 2^27 buckets of 2^26 rows. */
const BUCKET_SPAN = 2 ** 26;

/** Row numbers grouped into buckets by some columns of the row. Every operation takes constant time. */
export class RowIndex {
  readonly #rows: TupleNumbers;
  readonly #columns: readonly number[];
  readonly #keys: TupleNumbers;
  readonly #buckets: number[][] = [];
  /** Offset of a row in its bucket + 1, 0 when it is absent. */
  #offsets = new Int32Array(16);
  #rowCount = 0;
  #occupiedBuckets = 0;
  /** One past the last position found by the latest `seek`. */
  end = 0;

  constructor(rows: TupleNumbers, columns: readonly number[]) {
    this.#rows = rows;
    this.#columns = columns;
    this.#keys = new TupleNumbers(columns.length);
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  get meanRows(): number {
    return this.#rowCount === 0 ? 0 : this.#rowCount / this.#occupiedBuckets;
  }

  has(row: number): boolean {
    return (this.#offsets[row] ?? 0) !== 0;
  }

  /** The row must be absent. */
  insert(row: number): void {
    this.#readKey(row);
    const number = this.#keys.add();
    const bucket = this.#buckets[number] ?? this.#addBucket();
    while (row >= this.#offsets.length) this.#offsets = grown(this.#offsets);
    if (bucket.length === 0) this.#occupiedBuckets++;
    bucket.push(row);
    this.#offsets[row] = bucket.length;
    this.#rowCount++;
  }

  /** The row must be present. The last row of its bucket takes its place. */
  delete(row: number): void {
    this.#readKey(row);
    const bucket = this.#buckets[this.#keys.find()] as number[];
    const last = bucket.pop() as number;
    const offset = this.#offsets[row] as number;
    if (last !== row) {
      bucket[offset - 1] = last;
      this.#offsets[last] = offset;
    }
    this.#offsets[row] = 0;
    this.#rowCount--;
    if (bucket.length === 0) this.#occupiedBuckets--;
  }

  seek(a: number, b: number, c: number, d: number, e: number): number {
    const key = this.#keys.tuple;
    key[0] = a;
    key[1] = b;
    key[2] = c;
    key[3] = d;
    key[4] = e;
    const number = this.#keys.find();
    const start = number === -1 ? 0 : number * BUCKET_SPAN;
    this.end = start + (this.#buckets[number]?.length ?? 0);
    return start;
  }

  get(position: number, column: number): number {
    return this.#rows.element(this.rowAt(position), column);
  }

  rowAt(position: number): number {
    const bucket = Math.floor(position / BUCKET_SPAN);
    const row = this.#buckets[bucket]?.[position - bucket * BUCKET_SPAN];
    if (row === undefined) throw new Error(`no row is at position ${position}`);
    return row;
  }

  #readKey(row: number): void {
    for (const [at, column] of this.#columns.entries()) this.#keys.tuple[at] = this.#rows.element(row, column);
  }

  #addBucket(): number[] {
    const bucket: number[] = [];
    this.#buckets.push(bucket);
    return bucket;
  }
}
