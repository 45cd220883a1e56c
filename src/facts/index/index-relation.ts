import type { AccessPath, Relation } from '../fact-reader.ts';
import type { ByteSource } from './byte-source.ts';
import type { RelationEntry } from './directory.ts';
import { type HandleRange, RelationOrder } from './relation-order.ts';

/** A relation of an index file. */
export class IndexRelation implements Relation {
  readonly predicate: string;
  readonly types: readonly string[];
  /** By column, the place of its type in the directory. */
  readonly typeNumbers: readonly number[];
  readonly rowCount: number;
  /** Canonical order first. */
  readonly orders: readonly RelationOrder[];

  constructor(
    source: ByteSource,
    entry: RelationEntry,
    columns: { readonly types: readonly string[]; readonly ranges: readonly HandleRange[] },
  ) {
    this.predicate = entry.predicate;
    this.types = columns.types;
    this.typeNumbers = entry.types;
    this.rowCount = entry.rowCount;
    const shape = { rowCount: entry.rowCount, ranges: columns.ranges };
    this.orders = entry.orders.map((order) => new RelationOrder(source, order, shape));
  }

  /** The order in which the bound columns leave fewest rows, by as many of its first columns as are bound. */
  access(bound: readonly number[]): AccessPath {
    const paths = this.orders.map((order) => new OrderPath(order, countBound(order.columns, bound)));
    const best = paths.reduce<OrderPath | undefined>(
      (a, b) => (a !== undefined && a.meanRows <= b.meanRows ? a : b),
      undefined,
    );
    return best ?? new SingleRowPath();
  }
}

function countBound(columns: readonly number[], bound: readonly number[]): number {
  const free = columns.findIndex((column) => !bound.includes(column));
  return free === -1 ? columns.length : free;
}

/** Rows of one order by its first columns. A position is a row number of the order. */
class OrderPath implements AccessPath {
  readonly seeks: readonly number[];
  readonly meanRows: number;
  end = 0;
  readonly #order: RelationOrder;
  readonly #depth: number;

  constructor(order: RelationOrder, depth: number) {
    this.seeks = order.columns.slice(0, depth);
    this.meanRows = order.rowCount / (order.distinct[depth - 1] ?? 1);
    this.#order = order;
    this.#depth = depth;
  }

  seek(a: number, b: number, c: number, d: number, e: number): number {
    const order = this.#order;
    if (this.#depth === 0) {
      this.end = order.rowCount;
      return 0;
    }
    order.seek(a);
    const start = order.start;
    this.end = order.end;
    return this.#depth === 1 ? start : this.#narrowAll(start, b, c, d, e);
  }

  get(position: number, column: number): number {
    return this.#order.get(position, column);
  }

  #narrowAll(start: number, b: number, c: number, d: number, e: number): number {
    let from = this.#narrow(start, 1, b);
    if (this.#depth > 2) from = this.#narrow(from, 2, c);
    if (this.#depth > 3) from = this.#narrow(from, 3, d);
    if (this.#depth > 4) from = this.#narrow(from, 4, e);
    return from;
  }

  /** Narrows the rows from `start` to `end`, equal in the columns before, to those with this handle. */
  #narrow(start: number, depth: number, handle: number): number {
    const column = this.seeks[depth] as number;
    const from = this.#order.lowerBound(column, start, this.end, handle);
    this.end = this.#order.upperBound(column, from, this.end, handle);
    return from;
  }
}

/** The one row of a relation without columns. */
class SingleRowPath implements AccessPath {
  readonly seeks: readonly number[] = [];
  readonly meanRows = 1;
  readonly end = 1;

  seek(): number {
    return 0;
  }

  get(_position: number, column: number): number {
    throw new Error(`there is no column ${column}`);
  }
}
