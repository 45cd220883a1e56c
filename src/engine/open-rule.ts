import { type CompiledRule, NOW, type PendingLiterals, type TermCode } from './compiled-rule.ts';
import { type Environment, follow, narrow, typesOf, unify } from './environment.ts';
import type { RequestState } from './request-state.ts';
import type { Goal } from './table.ts';

/** The variables of a rule after its head met a goal, or undefined when the two do not fit. */
export function openRule(rule: CompiledRule, goal: Goal, request: RequestState): Environment | undefined {
  if (isOutOfReach(rule, goal, request)) return undefined;
  const environment = rule.environment.slice();
  const meeting = { rule, goal, environment };
  for (let position = 0; position < rule.head.length; position++) {
    if (!meet(meeting, position, request)) return undefined;
  }
  return environment;
}

/** Whether one argument alone tells that the two do not fit. Of most rules one does, and they need no copy of their variables. */
function isOutOfReach({ head, environment }: CompiledRule, { args, types }: Goal, request: RequestState): boolean {
  const { sets, typeOf } = request.names;
  for (let position = 0; position < head.length; position++) {
    const term = resolve(environment, head[position] as TermCode, request);
    const arg = args[position] as TermCode;
    const fits =
      arg < 0
        ? term < 0 || sets.has(types[-1 - arg] as number, typeOf(term))
        : term === arg || (term < 0 && sets.has(typesOf(environment, term), typeOf(arg)));
    if (!fits) return true;
  }
  return false;
}

/** The value of a term of a rule, or the root of its variable. */
function resolve(environment: readonly number[], term: TermCode, request: RequestState): TermCode {
  if (term >= 0) return term;
  return term === NOW ? request.now : follow(environment, term);
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
  const headAt = (at: number) => resolve(environment, rule.head[at] as TermCode, request);
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
