import type { TermCode } from './compiled-rule.ts';

/** From this many facts on, those of one predicate are found through an index and not one by one. */
const INDEXED_FROM = 16;

/** The facts of one predicate that a request brings along, as handles. */
export class ContextFacts {
  readonly #rows: (readonly number[])[] = [];
  /** By column, by value: made when first used. */
  readonly #indexes: (Map<number, (readonly number[])[]> | undefined)[] = [];

  add(row: readonly number[]): void {
    this.#rows.push(row);
  }

  /** Rows that may match: all of them, or those that have a value of the pattern in its column. */
  candidates(pattern: readonly TermCode[]): readonly (readonly number[])[] {
    if (this.#rows.length < INDEXED_FROM) return this.#rows;
    let best: readonly (readonly number[])[] = this.#rows;
    for (const [column, term] of pattern.entries()) {
      if (term < 0) continue;
      const found = this.#index(column).get(term) ?? [];
      if (found.length < best.length) best = found;
    }
    return best;
  }

  #index(column: number): Map<number, (readonly number[])[]> {
    const known = this.#indexes[column];
    if (known !== undefined) return known;
    const index = new Map<number, (readonly number[])[]>();
    for (const row of this.#rows) {
      const value = row[column] as number;
      const rows = index.get(value);
      if (rows === undefined) index.set(value, [row]);
      else rows.push(row);
    }
    this.#indexes[column] = index;
    return index;
  }
}
