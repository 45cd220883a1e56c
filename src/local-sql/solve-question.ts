import type { Goals } from '../engine/goals.ts';
import type { Literal, Program, Rule, TypeSet } from '../program/program.ts';
import type { Answer } from './answer.ts';
import { answerFrom } from './answer-of.ts';
import type { DataBindings } from './binding.ts';
import { LocalReach, RuleBook } from './local-rules.ts';
import { mergeAnswers } from './merge-answers.ts';
import { fitsSqlType } from './sql-value.ts';
import { fork, resolve } from './state.ts';
import { SymbolicSolver } from './symbolic-solver.ts';

/** Where the answers to a question about local and central data come from. */
export interface LocalData {
  readonly program: Program;
  readonly goals: Goals;
  readonly data: DataBindings;
}

/** A conjunction over variables, each of some types; `outputs` are the variables asked for. */
export interface SymbolicQuestion {
  readonly variables: readonly TypeSet[];
  readonly body: readonly Literal[];
  readonly outputs: readonly number[];
}

/**
 * Every branch of the answer. Throws SQL_UNSUPPORTED where no SQL says what the policy does, and what the engine throws.
 */
export function solveQuestion(
  { variables, body, outputs }: SymbolicQuestion,
  { program, goals, data }: LocalData,
): readonly Answer[] {
  const book = ruleBookOf(program);
  const rule: Rule = {
    predicate: 'query',
    params: outputs.map((index) => ({ kind: 'variable', index })),
    body,
    variables: variables.map((types, index) => ({ name: `v${index}`, types })),
    span: undefined,
  };
  const solver = new SymbolicSolver({
    goals,
    book,
    bindings: data.bindings,
    reach: new LocalReach(book, data.bindings),
    fits: ({ type, id }) => fitsSqlType(id, data.sqlTypes.get(type)),
    atomCount: 0,
    answerCount: 0,
  });
  const start = fork({
    entries: variables.map((types) => ({ kind: 'free', types })),
    atoms: [],
    conditions: [],
    taken: [],
  });
  const answers = solver.solveBody(rule, body, start).flatMap(
    (state) =>
      answerFrom(
        state,
        outputs.map((index) => resolve(state, { kind: 'variable', index }, goals.now)),
      ) ?? [],
  );
  return mergeAnswers(answers);
}

/** The book of a program that is still in use is made once. */
function ruleBookOf(program: Program): RuleBook {
  let book = books.get(program);
  if (book === undefined) {
    book = new RuleBook(program);
    books.set(program, book);
  }
  return book;
}

const books = new WeakMap<Program, RuleBook>();
