import type { AccessPath, Relation } from '../facts/fact-reader.ts';

/** One way into a relation for some bound columns. */
export interface Way {
  readonly path: AccessPath;
  readonly seeks: readonly number[];
  /** Bound columns that `seek` does not honour. */
  readonly compares: readonly number[];
}

/** One at least. */
export type Ways = readonly [Way, ...Way[]];

/** A relation with the types of its columns as numbers, and the ways into it that were needed so far. */
export class RelationAccess {
  readonly relation: Relation;
  readonly types: readonly number[];
  readonly #ways = new Map<number, Ways>();

  constructor(relation: Relation, types: readonly number[]) {
    this.relation = relation;
    this.types = types;
  }

  /**
   * Ways in for the columns whose bits are set: one when it honours them all, otherwise also others, for
   * the caller to take the one with the fewest rows.
   */
  ways(bound: number): Ways {
    let ways = this.#ways.get(bound);
    if (ways === undefined) {
      ways = this.#findWays(this.types.flatMap((_, column) => (bound & (1 << column) ? [column] : [])));
      this.#ways.set(bound, ways);
    }
    return ways;
  }

  /** Rows to expect for these bound columns. */
  meanRows(bound: number): number {
    return Math.min(...this.ways(bound).map(({ path }) => path.meanRows));
  }

  #findWays(columns: readonly number[]): Ways {
    const first = this.#way(columns, columns);
    const others = first.compares.map((column) => this.#way([column], columns));
    const better = others.filter(({ seeks }) => seeks.length > 0);
    return [first, ...better];
  }

  #way(asked: readonly number[], bound: readonly number[]): Way {
    const path = this.relation.access(asked);
    return { path, seeks: path.seeks, compares: bound.filter((column) => !path.seeks.includes(column)) };
  }
}
