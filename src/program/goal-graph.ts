import { createHeadIndex, type HeadIndex } from './head-index.ts';
import type { TypedCall, TypedRule } from './static-types.ts';
import { type AtomPattern, atomKey, atomPattern, type KnownPatterns, meetHead, tiedValues } from './term-pattern.ts';

/** Beyond this many goals, calls are no longer narrowed by the goal they serve: coarser, but the graph stays small. */
const MAX_NARROWED_GOALS = 20_000;

/** One way in which a goal needs another: through a call of a rule whose head can meet the goal. */
export interface GoalEdge {
  readonly from: number;
  readonly to: number;
  /** Number of the rule. */
  readonly rule: number;
  readonly call: TypedCall;
}

/** A goal: which facts are asked for, by predicate, arity, values and types. */
export class GoalGraph {
  readonly #rules: readonly TypedRule[];
  readonly #tied: readonly KnownPatterns[];
  readonly #heads: HeadIndex;
  readonly #goals: AtomPattern[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #edges = new Map<number, readonly GoalEdge[]>();

  constructor(rules: readonly TypedRule[]) {
    this.#rules = rules;
    this.#tied = rules.map(({ rule }) => tiedValues(rule));
    this.#heads = createHeadIndex(
      rules.map(({ rule, types }, number) =>
        atomPattern({ predicate: rule.predicate, args: rule.params }, types, this.#tiedOf(number)),
      ),
    );
  }

  /** The goals of all calls inside `not`, as their rules alone tell. */
  negatedGoals(): readonly number[] {
    return this.#rules.flatMap(({ calls }, rule) =>
      calls.filter(({ negated }) => negated).map((call) => this.#goalOf(call, this.#tiedOf(rule))),
    );
  }

  /**
   * What a goal needs. A value of the goal goes through the head into the calls of the rule, so that a rule about any role
   * needs, for one role, only that role.
   */
  edges(goal: number): readonly GoalEdge[] {
    const known = this.#edges.get(goal) ?? this.#findEdges(goal);
    this.#edges.set(goal, known);
    return known;
  }

  #findEdges(from: number): readonly GoalEdge[] {
    const goal = this.#goals[from] as AtomPattern;
    return this.#heads.matching(goal).flatMap((number) => {
      const rule = this.#rules[number] as TypedRule;
      const known = meetHead(rule, goal, this.#tiedOf(number));
      if (!known) return [];
      const narrowed = this.#goals.length < MAX_NARROWED_GOALS ? known : this.#tiedOf(number);
      return rule.calls.map((call) => ({ from, to: this.#goalOf(call, narrowed), rule: number, call }));
    });
  }

  #goalOf(call: TypedCall, known: KnownPatterns): number {
    const pattern = atomPattern(call, call.types, known);
    const key = atomKey(pattern);
    const number = this.#numbers.get(key) ?? this.#goals.push(pattern) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  #tiedOf(rule: number): KnownPatterns {
    return this.#tied[rule] as KnownPatterns;
  }
}
