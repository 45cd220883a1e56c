import type { SqlDialect } from '../config/sql-dialect.ts';
import type { Goals } from '../engine/goals.ts';
import type { Literal, Program, Rule, TypeSet } from '../program/program.ts';
import type { Answer } from './answer.ts';
import { answerFrom } from './answer-of.ts';
import type { DataBindings } from './binding.ts';
import { LocalReach, RuleBook } from './local-rules.ts';
import { mergeAnswers } from './merge-answers.ts';
import { fitsColumn } from './sql-value.ts';
import { newState, resolve } from './state.ts';
import { SymbolicSolver } from './symbolic-solver.ts';

/** Where the answers to a question about local and central data come from. */
export interface LocalData {
  readonly program: Program;
  readonly goals: Goals;
  readonly data: DataBindings;
  /** The database that the SQL is for. */
  readonly dialect: SqlDialect;
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
  { program, goals, data, dialect }: LocalData,
): readonly Answer[] {
  const reach = reachOf(program, data);
  const rule: Rule = {
    predicate: 'query',
    params: outputs.map((index) => ({ kind: 'variable', index })),
    body,
    variables: variables.map((types, index) => ({ name: `v${index}`, types })),
    span: undefined,
  };
  const solver = new SymbolicSolver({
    goals,
    book: reach.book,
    bindings: data.bindings,
    reach,
    fits: (value) => fitsColumn(value, { dialect, sqlTypes: data.sqlTypes }),
    atomCount: 0,
    answerCount: 0,
  });
  const start = newState(variables.map((types) => ({ kind: 'free', types })));
  const answers = solver.solveBody(rule, body, start).flatMap(
    (state) =>
      answerFrom(
        state,
        outputs.map((index) => resolve(state, { kind: 'variable', index }, goals.now)),
      ) ?? [],
  );
  return mergeAnswers(answers);
}

/** The reach of bindings that are still in use is made once for a program. */
function reachOf(program: Program, data: DataBindings): LocalReach {
  const byBindings = reaches.get(program) ?? new WeakMap();
  reaches.set(program, byBindings);
  const known = byBindings.get(data);
  if (known !== undefined) return known;
  const reach = new LocalReach(new RuleBook(program), data.bindings);
  byBindings.set(data, reach);
  return reach;
}

const reaches = new WeakMap<Program, WeakMap<DataBindings, LocalReach>>();
