import type { AccessPath } from '../facts/fact-reader.ts';
import type { TermCode } from './compiled-rule.ts';
import type { RelationAccess, Way } from './relation-access.ts';
import type { RequestState } from './request-state.ts';
import type { StepMeter } from './step-meter.ts';

/** Terms of a call: values and free terms. Equal free terms stand for equal values. */
export interface CallPattern {
  readonly terms: readonly TermCode[];
  /** Of each value its type, of each free term the set of types that it may have. */
  readonly types: readonly number[];
}

/** The rows of one relation that match a pattern. */
export class RowScan {
  /** The first column of each free term. */
  readonly columns: readonly number[];
  readonly terms: readonly TermCode[];
  readonly #path: AccessPath;
  readonly #meter: StepMeter;
  /** Columns to compare with the pattern. */
  readonly #compares: readonly number[];
  /** Columns to compare with an earlier one, which has the same free term. */
  readonly #repeats: readonly number[];
  #at: number;
  readonly #end: number;

  constructor(
    { path, compares }: Way,
    range: { readonly at: number; readonly end: number },
    terms: readonly TermCode[],
    meter: StepMeter,
  ) {
    const columns: number[] = [];
    const repeats: number[] = [];
    for (let column = 0; column < terms.length; column++) {
      const term = terms[column] as TermCode;
      if (term < 0) (terms.indexOf(term) === column ? columns : repeats).push(column);
    }
    this.terms = terms;
    this.columns = columns;
    this.#repeats = repeats;
    this.#path = path;
    this.#compares = compares;
    this.#meter = meter;
    this.#at = range.at - 1;
    this.#end = range.end;
  }

  /** Goes to the next matching row. False when there is none. */
  next(): boolean {
    for (this.#at++; this.#at < this.#end; this.#at++) {
      this.#meter.step();
      if (this.#matches()) return true;
    }
    return false;
  }

  /** The value in a column of the row that `next` found. */
  value(column: number): number {
    return this.#path.get(this.#at, column);
  }

  #matches(): boolean {
    for (const column of this.#compares) if (this.value(column) !== this.terms[column]) return false;
    for (const column of this.#repeats) {
      if (this.value(column) !== this.value(this.terms.indexOf(this.terms[column] as TermCode))) return false;
    }
    return true;
  }
}

/** Undefined when no row matches what an index can tell. */
export function startScan(
  relation: RelationAccess,
  { terms, types }: CallPattern,
  { catalog, meter }: RequestState,
): RowScan | undefined {
  let bound = 0;
  for (let column = 0; column < terms.length; column++) {
    const term = terms[column] as TermCode;
    const type = relation.types[column] as number;
    if (term < 0) {
      if (!catalog.types.has(types[column] as number, type)) return undefined;
    } else {
      if (types[column] !== type || term >= catalog.storedEnd) return undefined;
      bound |= 1 << column;
    }
  }
  return narrowestScan(relation.ways(bound), terms, meter);
}

function narrowestScan(ways: readonly Way[], terms: readonly TermCode[], meter: StepMeter): RowScan | undefined {
  let best: Way | undefined;
  let at = 0;
  let end = Number.POSITIVE_INFINITY;
  for (const way of ways) {
    const { path, seeks } = way;
    const from = path.seek(
      keyAt(terms, seeks, 0),
      keyAt(terms, seeks, 1),
      keyAt(terms, seeks, 2),
      keyAt(terms, seeks, 3),
      keyAt(terms, seeks, 4),
    );
    if (path.end <= from) return undefined;
    if (path.end - from >= end - at) continue;
    best = way;
    at = from;
    end = path.end;
  }
  return best && new RowScan(best, { at, end }, terms, meter);
}

function keyAt(terms: readonly TermCode[], seeks: readonly number[], position: number): number {
  return position < seeks.length ? (terms[seeks[position] as number] as TermCode) : 0;
}
