import type { GoalTerm } from '../engine/goals.ts';
import type { Value } from '../facts/fact.ts';
import type { AnswerTerm } from './answer.ts';
import { applyTerms } from './apply-terms.ts';
import type { TermAlgebra } from './built-in-literals.ts';
import { type CentralList, type ListedRow, listOf, typesKey } from './central-list.ts';
import { describeGoal, type GoalOfCall } from './describe-goal.ts';
import { findListed, type ListedColumns } from './listed-columns.ts';
import { type Constant, sameColumn } from './residual.ts';
import { fork, type Resolved, type State } from './state.ts';

/** Up to so many answers that give values to variables, the body goes on once for each, and asks later goals by value. */
const MOST_APART = 8;

type Answers = readonly (readonly GoalTerm[])[];

/** Asks the engine for all answers to a goal. */
export type Ask = (goal: readonly GoalTerm[]) => Answers;

/**
 * The states after a call that the engine answers. Many answers become one state with a list; columns that can only have
 * listed values are asked about value by value, so that the cost is theirs and not that of all facts.
 */
export function joinCentral(
  state: State,
  { args, ask }: { readonly args: readonly Resolved[]; readonly ask: Ask },
  terms: TermAlgebra,
): readonly State[] {
  const call = describeGoal(state, args);
  const callers = call.terms;
  const listed = findListed(state, callers);
  const found =
    listed === undefined
      ? sortOnce(ask(call.goal), call, terms)
      : sortOut([...answersByValue(call, listed, ask)], terms);
  const mostApart = callers.some(({ kind }) => kind === 'free') ? MOST_APART : 1;
  const apart = [...found.apart];
  const states: State[] = [];
  for (const list of found.lists) {
    if (list.rows.length <= mostApart) apart.push(...list.rows.map((row) => row.map(constant)));
    else {
      const next = fork(state);
      if (applyTerms(next, { args: callers, found: addList(next, list, terms) }, terms)) states.push(next);
    }
  }
  for (const answer of apart) {
    const next = fork(state);
    if (applyTerms(next, { args: callers, found: answer }, terms)) states.push(next);
  }
  return states;
}

/** A new row of a list. */
function addList(state: State, list: CentralList, terms: TermAlgebra): readonly AnswerTerm[] {
  const atom = terms.newAtom(list);
  state.atoms = [...state.atoms, atom];
  return list.args.map(({ type }, position) => ({ kind: 'column', atom, position, type }));
}

/** What the engine answers for each of the listed values, as the terms of the caller. */
function* answersByValue(
  { goal, terms: callers, positions }: GoalOfCall,
  listed: ListedColumns,
  ask: Ask,
): Generator<readonly GoalTerm[]> {
  const numbers = listed.columns.map((column) =>
    callers.findIndex((caller) => caller.kind === 'column' && sameColumn(caller, column)),
  );
  const left = callers.flatMap((_, number) => (numbers.includes(number) ? [] : number));
  for (const row of listed.rows) {
    const values = new Map(row.map((value, column) => [numbers[column], constant(value)]));
    const asked = goal.map((term): GoalTerm => {
      if (term.kind === 'value') return term;
      return values.get(term.number) ?? { ...term, number: left.indexOf(term.number) };
    });
    for (const answer of ask(asked)) yield positions.flatMap((position) => answer[position] ?? []);
  }
}

function constant(value: Value): Constant {
  return { kind: 'value', value };
}

/** Answers to go on with one by one, and lists of those that have values only, all of types whose columns can hold them. */
interface Found {
  readonly apart: Answers;
  readonly lists: readonly CentralList[];
}

/** The same answers are the same lists, however often a question asks for them. */
function sortOnce(answers: Answers, { positions }: GoalOfCall, terms: TermAlgebra): Found {
  const known = sorted.get(answers);
  if (known !== undefined) return known;
  const found = sortOut(
    answers.map((answer) => positions.flatMap((position) => answer[position] ?? [])),
    terms,
  );
  sorted.set(answers, found);
  return found;
}

const sorted = new WeakMap<Answers, Found>();

function sortOut(answers: Answers, { fits }: TermAlgebra): Found {
  const apart: (readonly GoalTerm[])[] = [];
  const byTypes = new Map<string, ListedRow[]>();
  for (const answer of answers) {
    const row = answer.flatMap((term) => (term.kind === 'value' && fits(term.value) ? term.value : []));
    if (row.length < answer.length || row.length === 0) apart.push(answer);
    else {
      const types = typesKey(row);
      const rows = byTypes.get(types);
      if (rows === undefined) byTypes.set(types, [row]);
      else rows.push(row);
    }
  }
  return { apart, lists: [...byTypes.values()].map(listOf) };
}
