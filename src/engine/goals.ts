import type { Value } from '../facts/fact.ts';
import type { Rule, TypeSet } from '../program/program.ts';

/** An argument of a goal or of an answer: a value, or anything of some types. Equal numbers are the same unknown. */
export type GoalTerm =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'free'; readonly number: number; readonly types: TypeSet };

/** All answers to goals, for whoever evaluates part of a policy elsewhere. One request: one budget, tables are kept. */
export interface Goals {
  /** `@current_unix_time`. */
  readonly now: Value;
  /**
   * What rules, stored facts and context facts give, as if the rules of `leftOut` did not exist: one set per request, or
   * few, because tables are kept for each. Numbers of a goal count from 0 in order of first appearance.
   */
  answers(predicate: string, goal: readonly GoalTerm[], leftOut?: ReadonlySet<Rule>): readonly (readonly GoalTerm[])[];
  /** What stored facts and context facts give. */
  facts(predicate: string, goal: readonly GoalTerm[]): readonly (readonly GoalTerm[])[];
  /** Positions that should have a value before the predicate is called. */
  demands(predicate: string, arity: number): ReadonlySet<number>;
  /** One more unit of work. Throws EVAL_LIMIT or EVAL_DEADLINE. */
  step(): void;
  /** The same for choosing one of so many literals. */
  choose(literalCount: number): void;
}
