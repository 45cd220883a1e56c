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
 * the last then takes the place of z. Gives the rules back as they were when no rule has this form.
 */
export function linearizeClosure(
  predicate: Predicate,
  rules: readonly CompiledRule[],
  sets: TypeSets,
): readonly CompiledRule[] {
  const closures = rules.flatMap((rule) => findClosure(predicate, rule) ?? []);
  const [closure] = closures;
  if (closure === undefined || closures.length > 1) return rules;
  const { rule, first, second, middle, end } = closure;
  const environment = [...rule.environment];
  const middleTypes = typesOf(environment, middle);
  if (sets.meet(middleTypes, typesOf(environment, end)) !== middleTypes) return rules;
  const step: Predicate = {
    name: predicate.name,
    arity: predicate.arity,
    rules: rules.filter((other) => other !== rule),
    relations: predicate.relations,
    demands: predicate.demands,
    facts: predicate,
    meanRows: (bound) => predicate.meanRows(bound),
  };
  const body = new PendingLiterals([first, { ...second, predicate: step }]);
  return rules.map((other) => (other === rule ? { ...rule, body } : other));
}

interface Closure {
  readonly rule: CompiledRule;
  readonly first: Call;
  readonly second: Call;
  /** y and z. */
  readonly middle: TermCode;
  readonly end: TermCode;
}

function findClosure(predicate: Predicate, rule: CompiledRule): Closure | undefined {
  const [one, two, ...others] = rule.body.literals;
  if (one?.kind !== 'call' || two?.kind !== 'call' || others.length > 0) return undefined;
  if (one.predicate !== predicate || two.predicate !== predicate) return undefined;
  return matchClosure(rule, one, two) ?? matchClosure(rule, two, one);
}

/** The head and both calls are the same but at two places: (x, z), (x, y) and (y, z). */
function matchClosure(rule: CompiledRule, first: Call, second: Call): Closure | undefined {
  const { head } = rule;
  const from = head.findIndex((term, position) => term !== second.args[position]);
  const to = head.findIndex((term, position) => term !== first.args[position]);
  const start = head[from] ?? 0;
  const end = head[to] ?? 0;
  const middle = first.args[to] ?? 0;
  const isClosure =
    from !== to &&
    [start, middle, end].every((term) => term < 0) &&
    new Set([start, middle, end]).size === 3 &&
    [start, end].every((term) => head.indexOf(term) === head.lastIndexOf(term)) &&
    !head.includes(middle) &&
    isSame(first.args, head.with(to, middle)) &&
    isSame(second.args, head.with(from, middle));
  return isClosure ? { rule, first, second, middle, end } : undefined;
}

function isSame(a: readonly TermCode[], b: readonly TermCode[]): boolean {
  return a.every((term, position) => term === b[position]);
}
