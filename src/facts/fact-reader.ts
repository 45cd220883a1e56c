import type { Value } from './fact.ts';

/**
 * Facts at rest, as everything above sees them: the immutable index and the memory store behind
 * one interface, held equal by one conformance suite.
 *
 * Values are *handles*: dense integers from 0 to `valueCount - 1`, one for each distinct
 * (type, id) that some fact mentions. Handles mean something only to the reader that gave them.
 */
export interface Dictionary {
  /** Handles in use are 0 … valueCount - 1, below 2^31. */
  readonly valueCount: number;
  /** The handle of a value, or -1 when no fact mentions it. */
  handleOf(type: string, id: string): number;
  /** The value behind a handle of this dictionary. */
  valueOf(handle: number): Value;
  /** The type of the value behind a handle: cheaper than `valueOf`, which must decode the id. */
  typeOf(handle: number): string;
}

export interface FactReader {
  readonly dictionary: Dictionary;
  /** One for each fact signature that has rows, sorted by predicate, then types. */
  readonly relations: readonly Relation[];
  readonly factCount: number;
}

/** All facts of one signature: a predicate and the exact types of its arguments. Rows are a set. */
export interface Relation {
  readonly predicate: string;
  /** The type of each column; its length is the arity. */
  readonly types: readonly string[];
  readonly rowCount: number;
  /**
   * A way in for these bound columns (ascending, no duplicates, possibly none).
   * Cheap, but meant for plan time: ask once and keep it.
   */
  access(bound: readonly number[]): AccessPath;
}

/**
 * Rows by some bound columns. Rows found lie at consecutive positions, so a caller holds two
 * numbers and no cursor, and recursion through the same path is safe:
 *
 *     let at = path.seek(user, role, 0, 0, 0);
 *     for (const end = path.end; at < end; at++) use(path.get(at, 2));
 *
 * `end` belongs to the latest `seek` on this path: read it at once.
 */
export interface AccessPath {
  /**
   * The bound columns that `seek` honours, in the order of its arguments. Bound columns missing
   * here must be compared by the caller, row by row, with `get`.
   */
  readonly seeks: readonly number[];
  /** Mean rows a successful seek finds, at least 1 when there are rows: for planning. */
  readonly meanRows: number;
  /** First position of the rows whose `seeks` columns equal the arguments (unused ones ignored). */
  seek(a: number, b: number, c: number, d: number, e: number): number;
  /** One past the last position found by the latest `seek`. */
  readonly end: number;
  /** The handle in a column of the row at a position. */
  get(position: number, column: number): number;
}
