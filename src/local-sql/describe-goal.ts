import type { GoalTerm } from '../engine/goals.ts';
import { typeSetKey } from '../program/type-set.ts';
import { sameColumn } from './residual.ts';
import { type Resolved, type State, typesOf } from './state.ts';

/** A call as a goal that many callers share: columns are unknowns of their type, and compared with the answers later. */
export interface GoalOfCall {
  readonly goal: readonly GoalTerm[];
  /** The caller's term for each unknown, and the first argument that it stands at. */
  readonly terms: readonly Resolved[];
  readonly positions: readonly number[];
}

export function describeGoal(state: State, args: readonly Resolved[]): GoalOfCall {
  const terms: Resolved[] = [];
  const positions: number[] = [];
  const goal = args.map((arg, position): GoalTerm => {
    if (arg.kind === 'value') return arg;
    let number = terms.findIndex((other) => isSame(arg, other));
    if (number === -1) {
      number = terms.push(arg) - 1;
      positions.push(position);
    }
    const types =
      arg.kind === 'free' ? typesOf(state, arg.variable) : { kind: 'some' as const, types: new Set([arg.type]) };
    return { kind: 'free', number, types };
  });
  return { goal, terms, positions };
}

function isSame(a: Resolved, b: Resolved): boolean {
  if (a.kind === 'free') return b.kind === 'free' && a.variable === b.variable;
  return a.kind === 'column' && b.kind === 'column' && sameColumn(a, b);
}

/** Equal texts mean equal goals. */
export function goalKey(predicate: string, goal: readonly GoalTerm[]): string {
  return JSON.stringify([
    predicate,
    goal.map((term) =>
      term.kind === 'value' ? [term.value.type, term.value.id] : [term.number, typeSetKey(term.types), 'free'],
    ),
  ]);
}
