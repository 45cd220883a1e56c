import type { Fact } from './fact.ts';

/*
 * The canonical text of a fact: one line, a flat JSON array without blanks,
 *
 *     ["has_role","User","alice","String","member","Organization","acme"]
 *
 * ended by LF. Canonical order of facts: by predicate, then number of arguments, then argument types, then ids from the
 * first argument on, each compared by code point. The digest of a set of facts is the SHA-256 of its lines in this order.
 */

/** The line of a fact, LF included. */
export function printFactLine(_fact: Fact): string {
  throw new Error('not built yet');
}

/** Parses one line (without LF). Throws FACT_INVALID saying what is wrong with it. */
export function parseFactLine(_line: string): Fact {
  throw new Error('not built yet');
}

/** Canonical order: negative, zero or positive. */
export function compareFacts(_a: Fact, _b: Fact): number {
  throw new Error('not built yet');
}
