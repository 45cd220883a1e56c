import type { AccessPath } from '../facts/fact-reader.ts';
import type { TermCode } from './compiled-rule.ts';
import type { RelationAccess, Way } from './relation-access.ts';
import type { StepMeter } from './step-meter.ts';

/** What a scan must know about the terms of its pattern. */
export interface PatternScope {
  /** Handles from here on are in no stored row. */
  readonly storedEnd: number;
  readonly meter: StepMeter;
  typeOf(value: number): number;
  /** Whether a free term may have a value of this type. */
  allows(free: TermCode, type: number): boolean;
}

/** The rows of one relation that match a pattern of values and free terms; equal free terms stand for equal values. */
export class RowScan {
  /** The first column of each free term. */
  readonly columns: readonly number[];
  readonly pattern: readonly TermCode[];
  readonly #path: AccessPath;
  readonly #meter: StepMeter;
  /** Columns to compare with the pattern, and pairs of columns to compare with each other. */
  readonly #compares: readonly number[];
  readonly #pairs: readonly (readonly [number, number])[];
  #at: number;
  readonly #end: number;

  constructor(way: Way, range: { readonly at: number; readonly end: number }, pattern: Pattern, meter: StepMeter) {
    this.pattern = pattern.terms;
    this.columns = pattern.columns;
    this.#pairs = pattern.pairs;
    this.#path = way.path;
    this.#compares = way.compares;
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
    for (const column of this.#compares) {
      if (this.#path.get(this.#at, column) !== this.pattern[column]) return false;
    }
    for (const [first, second] of this.#pairs) {
      if (this.#path.get(this.#at, first) !== this.#path.get(this.#at, second)) return false;
    }
    return true;
  }
}

interface Pattern {
  readonly terms: readonly TermCode[];
  readonly columns: readonly number[];
  readonly pairs: readonly (readonly [number, number])[];
}

/** Undefined when the types say that no row can match. */
export function startScan(
  relation: RelationAccess,
  terms: readonly TermCode[],
  scope: PatternScope,
): RowScan | undefined {
  const columns: number[] = [];
  const pairs: [number, number][] = [];
  let bound = 0;
  for (const [column, term] of terms.entries()) {
    const type = relation.types[column] ?? -1;
    if (term >= 0) {
      if (term >= scope.storedEnd || scope.typeOf(term) !== type) return undefined;
      bound |= 1 << column;
      continue;
    }
    if (!scope.allows(term, type)) return undefined;
    const first = terms.indexOf(term);
    if (first < column) pairs.push([first, column]);
    else columns.push(column);
  }
  return narrowestScan(relation.ways(bound), { terms, columns, pairs }, scope.meter);
}

function narrowestScan(ways: readonly Way[], pattern: Pattern, meter: StepMeter): RowScan | undefined {
  let best: RowScan | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const way of ways) {
    const range = seek(way, pattern.terms);
    const rows = range.end - range.at;
    if (rows <= 0) return undefined;
    if (rows >= fewest) continue;
    fewest = rows;
    best = new RowScan(way, range, pattern, meter);
  }
  return best;
}

function seek({ path, seeks }: Way, terms: readonly TermCode[]): { at: number; end: number } {
  const key = (position: number) => terms[seeks[position] ?? -1] ?? 0;
  const at = path.seek(key(0), key(1), key(2), key(3), key(4));
  return { at, end: path.end };
}
