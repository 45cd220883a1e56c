import {
  type CompiledLiteral,
  type CompiledRule,
  PendingLiterals,
  type Predicate,
  type TermCode,
} from './compiled-rule.ts';
import { typesOf } from './environment.ts';
import type { TypeSets } from './type-sets.ts';

type Call = Extract<CompiledLiteral, { kind: 'call' }>;

/**
 * A rule `p(x, z) if p(x, y) and p(y, z)` makes everything reachable from everything on the way: n³ steps for a chain of
 * n. Where it is the only rule of its kind, `p(x, z) if p(x, y) and q(y, z)` means the same, with `q` all that `p` is
 * without the rule: the closure is built one step at a time. What y may be, z must be allowed to be, since every y but
 * the last then takes the place of z. Goals that know z but not x go backward, by `q(x, y) and p(y, z)`, if they may.
 * Gives the rules back as they were when no rule has this form.
 */
export function linearizeClosure(
  predicate: Predicate,
  rules: readonly CompiledRule[],
  sets: TypeSets,
): readonly CompiledRule[] {
  const closures = rules.flatMap((rule) => findClosure(predicate, rule) ?? []);
  const [closure] = closures;
  if (closure === undefined || closures.length > 1) return rules;
  const { rule, first, second, start, end } = closure;
  const step: Predicate = {
    name: predicate.name,
    arity: predicate.arity,
    rules: rules.filter((other) => other !== rule),
    relations: predicate.relations,
    demands: predicate.demands,
    facts: predicate,
    meanRows: (bound) => predicate.meanRows(bound),
  };
  const linear: CompiledRule = {
    ...rule,
    body: mayStandFor(closure, end, sets) ? new PendingLiterals([first, { ...second, predicate: step }]) : rule.body,
    backward: mayStandFor(closure, start, sets)
      ? { from: end, to: start, body: new PendingLiterals([{ ...first, predicate: step }, second]) }
      : undefined,
  };
  return rules.map((other) => (other === rule ? linear : other));
}

interface Closure {
  readonly rule: CompiledRule;
  /** `p(x, y)` and `p(y, z)`. */
  readonly first: Call;
  readonly second: Call;
  /** The positions of x and z in the head. */
  readonly start: number;
  readonly end: number;
  readonly middle: TermCode;
}

/** Whether everything that y may be is allowed at a position of the head. */
function mayStandFor({ rule, middle }: Closure, position: number, sets: TypeSets): boolean {
  const types = typesOf([...rule.environment], middle);
  return sets.meet(types, typesOf([...rule.environment], rule.head[position] as TermCode)) === types;
}

function findClosure(predicate: Predicate, rule: CompiledRule): Closure | undefined {
  const [one, two, ...others] = rule.body.literals;
  if (one?.kind !== 'call' || two?.kind !== 'call' || others.length > 0) return undefined;
  if (one.predicate !== predicate || two.predicate !== predicate) return undefined;
  const closure = matchClosure(rule, one, two);
  return closure !== undefined && closure.start > closure.end ? matchClosure(rule, two, one) : closure;
}

/** The head and both calls are the same but at two places: (x, z), (x, y) and (y, z). */
function matchClosure(rule: CompiledRule, first: Call, second: Call): Closure | undefined {
  const { head } = rule;
  const start = head.findIndex((term, position) => term !== second.args[position]);
  const end = head.findIndex((term, position) => term !== first.args[position]);
  const ends = [head[start] ?? 0, head[end] ?? 0];
  const middle = first.args[end] ?? 0;
  const isClosure =
    start !== end &&
    [...ends, middle].every((term) => term < 0) &&
    new Set([...ends, middle]).size === 3 &&
    ends.every((term) => head.indexOf(term) === head.lastIndexOf(term)) &&
    !head.includes(middle) &&
    isSame(first.args, head.with(end, middle)) &&
    isSame(second.args, head.with(start, middle));
  return isClosure ? { rule, first, second, start, end, middle } : undefined;
}

function isSame(a: readonly TermCode[], b: readonly TermCode[]): boolean {
  return a.every((term, position) => term === b[position]);
}
