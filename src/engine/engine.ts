import type { Fact, Value } from '../facts/fact.ts';
import type { Goals } from './goals.ts';

/**
 * Answers the questions of the API over one program and one set of facts (api reference, 4 and 5).
 * Stateless between questions but for bounded caches, which die with the engine: a new generation is a
 * new engine. Every method throws OsoError EVAL_LIMIT or EVAL_DEADLINE beyond the budget and EVAL_UNBOUNDED when an answer
 * has no finite form; it never turns either into a decision. `list` and `evaluateQuery` throw FACT_INVALID when the id of
 * an object would look like a wildcard.
 */
export interface Engine {
  authorize(question: AuthorizeQuestion, request: RequestContext): boolean;
  /** Ids of exactly this type, distinct, in code point order; `*` when a wildcard covers the type. */
  list(question: ListQuestion, request: RequestContext): readonly string[];
  /** Permission names, distinct, in code point order; `*` for a free action. */
  actions(question: ActionsQuestion, request: RequestContext): readonly string[];
  /** The allowed ones themselves, order and duplicates kept. */
  authorizeResources<Resource extends Value>(
    question: AuthorizeResourcesQuestion<Resource>,
    request: RequestContext,
  ): readonly Resource[];
  /** Query v1: facts and derived facts that match a pattern. An answer argument without id is a wildcard; without type, of any type. */
  query(pattern: FactPattern, request: RequestContext): readonly FactPattern[];
  /** Query builder: rows that satisfy every call; distinct, sorted (api reference, 5). */
  evaluateQuery(query: ConjunctiveQuery, request: RequestContext): readonly QueryRow[];
  /** All answers to any goal, for one request. */
  goals(request: RequestContext): Goals;
  /** The goals that this engine has made plans for; what a plan needs comes before it. */
  planned(): readonly PlannedGoal[];
  /** Makes the plan for a goal before a question needs it. Does nothing when a name in it is not known. */
  plan(goal: PlannedGoal): void;
}

export interface AuthorizeQuestion {
  readonly actor: Value;
  readonly action: string;
  readonly resource: Value;
}

export interface ListQuestion {
  readonly actor: Value;
  readonly action: string;
  readonly resourceType: string;
}

export interface ActionsQuestion {
  readonly actor: Value;
  readonly resource: Value;
}

export interface AuthorizeResourcesQuestion<Resource extends Value = Value> {
  readonly actor: Value;
  readonly action: string;
  readonly resources: readonly Resource[];
}

/** `type: null` any type, `id: null` any id; an id never stands without its type. */
export interface ValuePattern {
  readonly type: string | null;
  readonly id: string | null;
}

export interface FactPattern {
  readonly predicate: string;
  readonly args: readonly ValuePattern[];
}

/** What a plan is for, in names, since numbers mean something in one engine only. */
export interface PlannedGoal {
  readonly predicate: string;
  /** `id: null`: whatever id a question brings. */
  readonly args: readonly PlannedArgument[];
  /** Whether it is asked within `not`. */
  readonly isNegated: boolean;
}

export interface PlannedArgument {
  readonly type: string;
  readonly id: string | null;
}

/** Conditions joined by AND over named variables; every variable used has a constraint. */
export interface ConjunctiveQuery {
  readonly calls: readonly { readonly predicate: string; readonly variables: readonly string[] }[];
  readonly constraints: ReadonlyMap<string, Constraint>;
}

/** `ids: null` leaves the variable free; `[]` can hold nowhere. The type is exact and concrete. */
export interface Constraint {
  readonly type: string;
  readonly ids: readonly string[] | null;
}

/** One id per constrained variable; null: every id of the type satisfies. */
export type QueryRow = ReadonlyMap<string, string | null>;

/** What one request brings along. */
export interface RequestContext {
  /** Extra facts for this request only; they may be of derived predicates too. */
  readonly contextFacts: readonly Fact[];
  /** Value of `@current_unix_time`, whole seconds since the Unix epoch. */
  readonly unixTime: bigint;
  readonly budget: Budget;
}

/** Limits of one request. */
export interface Budget {
  /** Most units of work (rows looked at, goals opened). */
  readonly maxSteps: number;
  /** On the monotonic clock, milliseconds. */
  readonly deadlineMs: number;
  /** The monotonic clock, asked once every few thousand steps. */
  monotonicMs(): number;
}
