import type { Goals, GoalTerm } from '../engine/goals.ts';
import type { AnswerTerm } from './answer.ts';
import { applyTerms } from './apply-terms.ts';
import type { TermAlgebra } from './built-in-literals.ts';
import { type ListedRow, listRows } from './central-list.ts';
import { describeGoal } from './describe-goal.ts';
import { findListed, type ListedColumns } from './listed-columns.ts';
import { sameColumn } from './residual.ts';
import { fork, type Resolved, type State } from './state.ts';

/** Up to so many answers that give values to variables, the body goes on once for each, and asks later goals by value. */
const MOST_APART = 8;

/** Asks the engine for all answers to a goal. */
export type Ask = (goal: readonly GoalTerm[]) => ReturnType<Goals['answers']>;

/**
 * The states after a call that the engine answers. Many answers become one state with a list; columns that can only have
 * listed values are asked about value by value, so that the cost is theirs and not that of all facts.
 */
export function joinCentral(
  state: State,
  { args, ask }: { readonly args: readonly Resolved[]; readonly ask: Ask },
  terms: TermAlgebra,
): readonly State[] {
  const { goal, terms: callers, positions } = describeGoal(state, args);
  const listed = findListed(state, callers);
  const found: (readonly GoalTerm[])[] = [];
  for (const { values, asked } of goalsFor(goal, callers, listed)) {
    for (const answer of ask(asked)) {
      found.push(positions.flatMap((position, number) => values.get(number) ?? answer[position] ?? []));
    }
  }
  if (callers.length === 0) return found.length > 0 ? [fork(state)] : [];
  const { apart, lists } = sortOut(found, callers, terms);
  return [
    ...apart.flatMap((answer) => {
      const next = fork(state);
      return applyTerms(next, { args: callers, found: answer }, terms) ? [next] : [];
    }),
    ...lists.flatMap((rows) => {
      const next = fork(state);
      const atom = terms.newAtom(listRows(rows));
      next.atoms = [...next.atoms, atom];
      const columns = atom.source.args.flatMap((arg, position): AnswerTerm[] =>
        arg.kind === 'column' ? [{ kind: 'column', atom, position, type: arg.type }] : [],
      );
      return applyTerms(next, { args: callers, found: columns }, terms) ? [next] : [];
    }),
  ];
}

interface GoalByValue {
  /** What is put in for unknowns, by their number in the call. */
  readonly values: ReadonlyMap<number, GoalTerm>;
  readonly asked: readonly GoalTerm[];
}

function* goalsFor(
  goal: readonly GoalTerm[],
  callers: readonly Resolved[],
  listed: ListedColumns | undefined,
): Generator<GoalByValue> {
  if (listed === undefined) {
    yield { values: new Map(), asked: goal };
    return;
  }
  const numbers = listed.columns.map((column) =>
    callers.findIndex((caller) => caller.kind === 'column' && sameColumn(caller, column)),
  );
  const left = callers.flatMap((_, number) => (numbers.includes(number) ? [] : number));
  for (const row of listed.rows) {
    const values = new Map(numbers.map((number, column) => [number, constant(row, column)]));
    const asked = goal.map((term): GoalTerm => {
      if (term.kind === 'value') return term;
      return values.get(term.number) ?? { ...term, number: left.indexOf(term.number) };
    });
    yield { values, asked };
  }
}

function constant(row: ListedRow, column: number): GoalTerm {
  const value = row[column];
  if (value === undefined) throw new Error(`a listed row has no column ${column}`);
  return { kind: 'value', value };
}

/** Answers to go on with one by one, and those that become lists, by their types. */
function sortOut(
  found: readonly (readonly GoalTerm[])[],
  callers: readonly Resolved[],
  { fits }: TermAlgebra,
): { readonly apart: readonly (readonly GoalTerm[])[]; readonly lists: readonly (readonly ListedRow[])[] } {
  const mostApart = callers.some(({ kind }) => kind === 'free') ? MOST_APART : 1;
  const apart: (readonly GoalTerm[])[] = [];
  const byTypes = new Map<string, ListedRow[]>();
  for (const answer of found) {
    const row = answer.flatMap((term) => (term.kind === 'value' && fits(term.value) ? term.value : []));
    if (row.length < answer.length) apart.push(answer);
    else {
      const types = row.map(({ type }) => type).join(' ');
      const rows = byTypes.get(types);
      if (rows === undefined) byTypes.set(types, [row]);
      else rows.push(row);
    }
  }
  const lists = [...byTypes.values()].filter((rows) => rows.length > mostApart);
  for (const rows of byTypes.values()) {
    if (rows.length <= mostApart) apart.push(...rows.map((row) => row.map((_, column) => constant(row, column))));
  }
  return { apart, lists };
}
