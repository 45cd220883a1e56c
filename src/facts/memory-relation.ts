import type { AccessPath, Relation } from './fact-reader.ts';
import { RowIndex } from './row-index.ts';
import { TupleNumbers } from './tuple-numbers.ts';

/**
 * Rows of one signature. A row keeps its number for ever, also while it is deleted. The index over no column is the
 * list of rows present; every other one is made when it is first used, and kept up to date from then on.
 */
export class MemoryRelation implements Relation {
  readonly predicate: string;
  readonly types: readonly string[];
  readonly #rows: TupleNumbers;
  readonly #present: RowIndex;
  /** Indexes in use, and all access paths asked for, by the set of bound columns as bits. */
  readonly #indexes: RowIndex[];
  readonly #paths = new Map<number, AccessPath>();

  constructor(predicate: string, types: readonly string[]) {
    this.predicate = predicate;
    this.types = types;
    this.#rows = new TupleNumbers(types.length);
    this.#present = new RowIndex(this.#rows, []);
    this.#indexes = [this.#present];
  }

  get rowCount(): number {
    return this.#present.rowCount;
  }

  /** The tuple that `insert`, `delete` and `has` are about: one handle a column, written by the caller. */
  get tuple(): Int32Array {
    return this.#rows.tuple;
  }

  has(): boolean {
    const row = this.#rows.find();
    return row !== -1 && this.#present.has(row);
  }

  insert(): boolean {
    const row = this.#rows.add();
    if (this.#present.has(row)) return false;
    for (const index of this.#indexes) index.insert(row);
    return true;
  }

  delete(): boolean {
    const row = this.#rows.find();
    if (row === -1 || !this.#present.has(row)) return false;
    for (const index of this.#indexes) index.delete(row);
    return true;
  }

  access(bound: readonly number[]): AccessPath {
    const key = bound.reduce((bits, column) => bits | (1 << column), 0);
    let path = this.#paths.get(key);
    if (path === undefined) {
      path = new MemoryAccessPath([...bound], () => this.#makeIndex(bound));
      this.#paths.set(key, path);
    }
    return path;
  }

  #makeIndex(columns: readonly number[]): RowIndex {
    if (columns.length === 0) return this.#present;
    const index = new RowIndex(this.#rows, [...columns]);
    for (let at = 0; at < this.rowCount; at++) index.insert(this.#present.rowAt(at));
    this.#indexes.push(index);
    return index;
  }
}

/** Seeks by all bound columns; the index behind it is made at first use. */
class MemoryAccessPath implements AccessPath {
  readonly seeks: readonly number[];
  end = 0;
  readonly #make: () => RowIndex;
  #index: RowIndex | undefined;

  constructor(seeks: readonly number[], make: () => RowIndex) {
    this.seeks = seeks;
    this.#make = make;
  }

  get meanRows(): number {
    return this.#ready().meanRows;
  }

  seek(a: number, b: number, c: number, d: number, e: number): number {
    const index = this.#ready();
    const start = index.seek(a, b, c, d, e);
    this.end = index.end;
    return start;
  }

  get(position: number, column: number): number {
    return this.#ready().get(position, column);
  }

  #ready(): RowIndex {
    this.#index ??= this.#make();
    return this.#index;
  }
}
