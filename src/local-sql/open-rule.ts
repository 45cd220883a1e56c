import type { GoalTerm } from '../engine/goals.ts';
import type { Literal, Rule, Term } from '../program/program.ts';
import { ANY_TYPE } from '../program/type-set.ts';
import type { TermAlgebra } from './built-in-literals.ts';
import { narrow, newState, type State } from './state.ts';

/** The start of a body for a goal, or undefined when the head does not fit. */
export function openRule(rule: Rule, goal: readonly GoalTerm[], terms: TermAlgebra): State | undefined {
  const state = newState(rule.variables.map(({ types }) => ({ kind: 'free', types })));
  const firsts = new Map<number, Term>();
  const isMet = rule.params.every((param, position) => {
    const asked = goal[position];
    if (asked === undefined) return false;
    const term = terms.resolve(state, param);
    if (asked.kind === 'value') return terms.unify(state, term, asked);
    if (!narrow(state, term, asked.types)) return false;
    const first = firsts.get(asked.number);
    firsts.set(asked.number, first ?? param);
    return first === undefined || terms.unify(state, terms.resolve(state, param), terms.resolve(state, first));
  });
  return isMet ? state : undefined;
}

/** The facts of a predicate as a rule without conditions: a variable for each argument. */
export function factRule(predicate: string, goal: readonly GoalTerm[]): Rule {
  return {
    predicate,
    params: goal.map((_, index) => ({ kind: 'variable', index })),
    body: [],
    variables: goal.map((_, index) => ({ name: `arg${index}`, types: ANY_TYPE })),
    span: undefined,
  };
}

/** A rule whose variables are numbered from `base`. */
export function shiftRule(rule: Rule, base: number): Rule {
  const shift = (term: Term): Term =>
    term.kind === 'variable' ? { kind: 'variable', index: term.index + base } : term;
  const shiftLiteral = (literal: Literal): Literal => {
    switch (literal.kind) {
      case 'call':
        return { ...literal, args: literal.args.map(shift) };
      case 'equal':
      case 'compare':
        return { ...literal, left: shift(literal.left), right: shift(literal.right) };
      case 'in':
        return { ...literal, item: shift(literal.item), list: literal.list.map(shift) };
      case 'not':
        return { kind: 'not', body: literal.body.map(shiftLiteral) };
      case 'matches':
        return { ...literal, variable: literal.variable + base };
    }
  };
  return { ...rule, params: rule.params.map(shift), body: rule.body.map(shiftLiteral) };
}
