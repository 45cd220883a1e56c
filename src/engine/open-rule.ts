import { type CompiledRule, NOW, type PendingLiterals, type TermCode } from './compiled-rule.ts';
import { type Environment, follow, narrow, unify } from './environment.ts';
import type { RequestState } from './request-state.ts';
import type { Goal } from './table.ts';

/** The variables of a rule after its head met a goal, or undefined when the two do not fit. */
export function openRule(rule: CompiledRule, goal: Goal, request: RequestState): Environment | undefined {
  const environment = [...rule.environment];
  const isOpen = goal.args.every((_, position) => meet({ rule, goal, environment }, position, request));
  return isOpen ? environment : undefined;
}

/** The body to prove a goal by. */
export function bodyFor({ body, backward }: CompiledRule, { args }: Goal): PendingLiterals {
  if (backward === undefined) return body;
  return (args[backward.from] as TermCode) >= 0 && (args[backward.to] as TermCode) < 0 ? backward.body : body;
}

/** Whether a row of values is an answer to a goal, as far as the goal's arguments tell. */
export function matchesGoal(
  { args, types, positions }: Goal,
  row: readonly number[],
  { names }: RequestState,
): boolean {
  return args.every((term, position) => {
    const value = row[position] as number;
    if (term >= 0) return term === value;
    const first = row[positions[-1 - term] as number];
    return first === value && names.sets.has(types[-1 - term] as number, names.typeOf(value));
  });
}

interface Meeting {
  readonly rule: CompiledRule;
  readonly goal: Goal;
  readonly environment: Environment;
}

/** Makes one argument of the head and of the goal the same. */
function meet({ rule, goal, environment }: Meeting, position: number, request: RequestState): boolean {
  const { sets, typeOf } = request.names;
  const headAt = (at: number): TermCode => {
    const term = rule.head[at] as TermCode;
    if (term >= 0) return term;
    return term === NOW ? request.now : follow(environment, term);
  };
  const left = headAt(position);
  const arg = goal.args[position] as TermCode;
  if (arg >= 0) return unify(environment, { left, right: arg }, sets, typeOf);
  const types = goal.types[-1 - arg] as number;
  const first = goal.positions[-1 - arg] as number;
  const fits = left >= 0 ? sets.has(types, typeOf(left)) : narrow(environment, left, types, sets);
  return (
    fits && (first === position || unify(environment, { left: headAt(position), right: headAt(first) }, sets, typeOf))
  );
}
