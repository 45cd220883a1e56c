import type { Rule } from '../program/program.ts';
import type { RelationAccess } from './relation-access.ts';

/** A name with a number of arguments: the rules and the stored relations that define it. */
export interface Predicate {
  readonly name: string;
  readonly arity: number;
  /** Compiled when first asked for. Rules that can never hold are missing. */
  readonly rules: readonly CompiledRule[];
  readonly relations: readonly RelationAccess[];
  /** Whose context facts these are too; undefined: none but its own. */
  readonly facts?: Predicate | undefined;
  /** Positions that should have a value before the predicate is called, because a rule compares or negates them. */
  readonly demands: ReadonlySet<number>;
  /** Stored rows to expect when the arguments whose bits are set are known. Only the first 30 arguments count. */
  meanRows(bound: number): number;
}

/**
 * A term: a value's handle (≥ 0), the time of the request (`NOW`), or variable number i of the rule, written `-1 - i`.
 */
export type TermCode = number;

export const NOW: TermCode = -0x4000_0000;

export interface CompiledRule {
  readonly rule: Rule;
  readonly head: readonly TermCode[];
  readonly body: PendingLiterals;
  /** A body that means the same and costs less for goals that know argument `from` and not argument `to`. */
  readonly backward?: { readonly from: number; readonly to: number; readonly body: PendingLiterals } | undefined;
  /** One entry a variable: free, with its types. See environment.ts. */
  readonly environment: readonly number[];
}

export type CompiledLiteral =
  | { readonly kind: 'call'; readonly predicate: Predicate; readonly args: readonly TermCode[] }
  | { readonly kind: 'equal'; readonly left: TermCode; readonly right: TermCode }
  | {
      readonly kind: 'compare';
      readonly operator: '!=' | '<' | '<=' | '>' | '>=';
      readonly left: TermCode;
      readonly right: TermCode;
    }
  | {
      readonly kind: 'in';
      readonly item: TermCode;
      readonly list: readonly TermCode[];
      /** The list as a set, when all of it is values. */
      readonly members: ReadonlySet<number> | undefined;
    }
  /** The negated body is the one rule of a predicate of its own; its arguments are the variables shared with the rest. */
  | { readonly kind: 'not'; readonly predicate: Predicate; readonly args: readonly TermCode[] }
  | { readonly kind: 'matches'; readonly variable: TermCode; readonly types: number };

/** Longer than bodies as people write them: all that is left of one, piece by piece, would be the square of its length. */
const MAX_KEPT = 1_000;

/** The literals of a body that are still to be done. What is left after each one is made once and kept, unless it is long. */
export class PendingLiterals {
  readonly literals: readonly CompiledLiteral[];
  readonly #rest: (PendingLiterals | undefined)[] = [];

  constructor(literals: readonly CompiledLiteral[]) {
    this.literals = literals;
  }

  without(position: number): PendingLiterals {
    const known = this.#rest[position];
    if (known !== undefined) return known;
    const rest = new PendingLiterals(this.literals.toSpliced(position, 1));
    if (rest.literals.length <= MAX_KEPT) this.#rest[position] = rest;
    return rest;
  }
}
