import type { Fact, Value } from '../facts/fact.ts';
import type { Span } from '../source/source.ts';
import type { TypeTable } from './type-table.ts';

/*
 * A policy as plain rules: shorthand and `extends` are expanded, disjunctions are split, types are
 * sets of concrete types. Order of rules and of literals has no meaning (polar reference, 5.1).
 * The engine and the SQL generator read nothing else of a policy.
 */

export interface Program {
  readonly types: TypeTable;
  /** The default `allow` rule is among them unless the policy defines a three-argument `allow`. */
  readonly rules: readonly Rule[];
  /** What facts may be stored: inferred from calls, `declare` and the declarations of blocks (reference 3.3). */
  readonly signatures: readonly FactSignature[];
  /** What GET /policy_metadata answers: every block type and `global`, names own and inherited, sorted. */
  readonly metadata: PolicyMetadata;
  readonly tests: readonly PolicyTest[];
}

/**
 * `predicate(params) if literals`. Variables are numbered 0 … variables.length - 1 within the rule.
 * A variable that only the head names is a wildcard: every value of its types.
 */
export interface Rule {
  readonly predicate: string;
  readonly params: readonly Term[];
  /** All must hold. Empty: holds always. A disjunction in the text has become several rules. */
  readonly body: readonly Literal[];
  readonly variables: readonly Variable[];
  /** Where the rule was written, shorthand included: for messages that must name it. */
  readonly span: Span | undefined;
}

export interface Variable {
  /** As written, or made up for `_` and for shorthand. For messages. */
  readonly name: string;
  /** What head specialisers and conjunctive `matches` allow. A binding outside fails. */
  readonly types: TypeSet;
}

/** Concrete types, or every type that exists (`any`: also types that no block declares). */
export type TypeSet = { readonly kind: 'any' } | { readonly kind: 'some'; readonly types: ReadonlySet<string> };

export type Term =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'variable'; readonly index: number }
  /** `@current_unix_time`: an Integer, fixed once per request. */
  | { readonly kind: 'now' };

export type Literal =
  | { readonly kind: 'call'; readonly predicate: string; readonly args: readonly Term[] }
  /** Equal type and id. Binds a free variable; two free variables become one. */
  | { readonly kind: 'equal'; readonly left: Term; readonly right: Term }
  /** `!=` compares values; the others compare Integers and fail on anything else (reference 5.8, 5.9, 12.10). */
  | {
      readonly kind: 'compare';
      readonly operator: '!=' | '<' | '<=' | '>' | '>=';
      readonly left: Term;
      readonly right: Term;
    }
  | { readonly kind: 'in'; readonly item: Term; readonly list: readonly Term[] }
  /**
   * Holds when the body has no solution. Variables that occur nowhere else in the rule are existential inside; a variable
   * that only `not`s mention is a different one in each. No goal depends on its own negation, when goals are told apart by
   * predicate, arity, values and types (strata.ts).
   */
  | { readonly kind: 'not'; readonly body: readonly Literal[] }
  /** A type test inside `not`, where it cannot be folded into the variable. */
  | { readonly kind: 'matches'; readonly variable: number; readonly types: TypeSet };

/** One legal shape of stored facts; `types[i]` lists what position i accepts (subtypes included). */
export interface FactSignature {
  readonly predicate: string;
  readonly types: readonly TypeSet[];
}

export interface PolicyMetadata {
  /** By type name, `global` included, names in code point order. */
  readonly resources: ReadonlyMap<string, BlockMetadata>;
}

export interface BlockMetadata {
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  /** Relation name → type name, by name. */
  readonly relations: ReadonlyMap<string, string>;
}

/** A `test` block with its fixtures spliced in. */
export interface PolicyTest {
  readonly name: string;
  /** Facts as they stand there, and those of each fixture once, which all tests share that name it. */
  readonly setup: readonly (readonly Fact[])[];
  readonly assertions: readonly Assertion[];
  readonly span: Span;
}

export interface Assertion {
  readonly negated: boolean;
  readonly predicate: string;
  readonly args: readonly AssertionTerm[];
  /** `iff`: the exact set of values of the one typed variable, compared as a set. */
  readonly expected: readonly Value[] | undefined;
  readonly span: Span;
}

export type AssertionTerm =
  | { readonly kind: 'value'; readonly value: Value }
  /** The one variable of an assertion, or `_`, whose occurrences get names of their own. The same name twice means the same value. */
  | { readonly kind: 'variable'; readonly name: string; readonly types: TypeSet }
  | { readonly kind: 'now' };
