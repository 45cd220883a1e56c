import type { Goals } from '../engine/goals.ts';
import type { Literal, Term } from '../program/program.ts';
import type { State } from './state.ts';

/*
 * Order within a body (polar reference, 6.2): tests and equalities; comparisons whose sides are known; `in`; calls, those
 * that know most first; comparisons that will not become known; `not` last.
 */
const TEST = -2;
const IN = -1;
const DEMAND_UNMET = 1e12;
const UNRESOLVED_COMPARISON = 1e15;
const NEGATION = 2e15;

/** What an argument adds to the cost of a call. */
const COLUMN = 4;
const FREE = 16;
/** A call that knows no value but names from the policy may have very many answers. */
const NO_OBJECT_KNOWN = 1_000;

/** The position of the literal to do next. There must be one. */
export function chooseLiteral(literals: readonly Literal[], state: State, goals: Goals): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [position, literal] of literals.entries()) {
    const cost = costOf(literal, state, goals);
    if (cost === TEST) return position;
    if (cost < least) {
      least = cost;
      best = position;
    }
  }
  return best;
}

function costOf(literal: Literal, state: State, goals: Goals): number {
  switch (literal.kind) {
    case 'matches':
    case 'equal':
      return TEST;
    case 'compare': {
      const isKnown = knowledge(literal.left, state) !== 'free' && knowledge(literal.right, state) !== 'free';
      return isKnown ? TEST : UNRESOLVED_COMPARISON;
    }
    case 'in':
      return IN;
    case 'call':
      return costOfCall(literal, state, goals);
    case 'not':
      return NEGATION;
  }
}

function costOfCall({ predicate, args }: Extract<Literal, { kind: 'call' }>, state: State, goals: Goals): number {
  const demands = goals.demands(predicate, args.length);
  let cost = 0;
  let knowsObject = false;
  for (const [position, arg] of args.entries()) {
    const known = knowledge(arg, state);
    if (known === 'object') knowsObject = true;
    if (known === 'column') cost += COLUMN;
    if (known !== 'free') continue;
    cost += demands.has(position) ? DEMAND_UNMET : FREE;
  }
  return knowsObject || cost === 0 ? cost : cost + NO_OBJECT_KNOWN;
}

function knowledge(term: Term, { entries }: State): 'free' | 'column' | 'name' | 'object' {
  if (term.kind === 'now') return 'object';
  if (term.kind === 'value') return term.value.type === 'String' ? 'name' : 'object';
  let entry = entries[term.index];
  while (entry?.kind === 'alias') entry = entries[entry.to];
  if (entry?.kind === 'value') return entry.value.type === 'String' ? 'name' : 'object';
  return entry?.kind === 'column' ? 'column' : 'free';
}
