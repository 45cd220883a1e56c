import type { GoalTerm } from '../engine/goals.ts';
import type { Term } from '../program/program.ts';
import type { AnswerTerm } from './answer.ts';
import type { TermAlgebra } from './built-in-literals.ts';
import { narrow, type Resolved, type State } from './state.ts';

/** Makes terms equal to those of an answer. False when they cannot be. */
export function applyTerms(
  state: State,
  { args, found }: { readonly args: readonly (Resolved | Term)[]; readonly found: readonly (AnswerTerm | GoalTerm)[] },
  terms: TermAlgebra,
): boolean {
  const firsts = new Map<number, Resolved>();
  return found.every((term, position) => {
    const given = args[position];
    if (given === undefined) return false;
    const arg = terms.resolve(state, given);
    if (term.kind !== 'free') return terms.unify(state, arg, terms.resolve(state, term));
    const first = firsts.get(term.number);
    if (first !== undefined) return terms.unify(state, arg, terms.resolve(state, first));
    firsts.set(term.number, arg);
    return narrow(state, arg, term.types);
  });
}
