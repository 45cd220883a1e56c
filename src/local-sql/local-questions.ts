import { checkQuerySize } from '../engine/check-query-size.ts';
import type { ActionsQuestion, AuthorizeQuestion, ConjunctiveQuery, ListQuestion } from '../engine/engine.ts';
import { OsoError } from '../errors/oso-error.ts';
import { quote } from '../errors/quote.ts';
import type { Value } from '../facts/fact.ts';
import type { Literal, Term } from '../program/program.ts';
import { typesNamed } from '../program/type-set.ts';
import type { Answer } from './answer.ts';
import { idColumn } from './print-comparison.ts';
import { printMembership } from './print-membership.ts';
import { printName } from './print-name.ts';
import { type OutputStyle, printExistence, printUnion } from './print-query.ts';
import { type LocalData, type SymbolicQuestion, solveQuestion } from './solve-question.ts';
import { spreadOutputs, spreadUntyped } from './spread-lists.ts';
import { fitsColumn, printNothing, type SqlValues, textType } from './sql-value.ts';
import { oddOutputs } from './texts-beside.ts';

/** One row with one boolean column `allowed` (api reference, 6.1). */
export function authorizeSql({ actor, action, resource }: AuthorizeQuestion, context: LocalData): string {
  const answers = solveQuestion(allow({ args: [known(actor), name(action), known(resource)] }), context);
  return printDecision(answers, context, 'allowed');
}

/** A condition that holds where `column` is the id of a resource that the actor may act on. */
export function listSql({ actor, action, resourceType }: ListQuestion, column: string, context: LocalData): string {
  const question = allow({ args: [known(actor), name(action), FIRST], variables: [resourceType] });
  return printIds({ column, type: resourceType }, solveQuestion(question, context), context);
}

/** One text column `actions`, a row for each. */
export function actionsSql({ actor, resource }: ActionsQuestion, context: LocalData): string {
  const type = textType(context.dialect);
  const answers = solveQuestion(
    allow({ args: [known(actor), FIRST, known(resource)], variables: ['String'] }),
    context,
  ).filter(isHeld(context));
  const style: OutputStyle = {
    types: ['String'],
    names: ['actions'],
    castTo: type,
    wildcard: `CAST('*' AS ${type})`,
    isRows: true,
  };
  return answers.length === 0
    ? printNoRows([`CAST(NULL AS ${type}) AS actions`])
    : printUnion(spreadUntyped(answers, valuesOf(context)), valuesOf(context), style);
}

/** Distinct rows of the variables asked for; without any, one row with a boolean column `result`. */
export function selectSql(query: ConjunctiveQuery, columns: ReadonlyMap<string, string>, context: LocalData): string {
  const answers = solveQuestion(conjunction(query, [...columns.keys()]), context);
  if (columns.size === 0) return printDecision(answers, context, 'result');
  const values = valuesOf(context);
  const names = [...columns.values()].map((column) => printName(column, context.dialect));
  const types = [...columns.keys()].map((variable) => typeOf(variable, query));
  const held = answers.filter(isHeld(context));
  if (held.length === 0) {
    return printNoRows(names.map((each, number) => `${printNothing(types[number], values)} AS ${each}`));
  }
  const spread = spreadUntyped(held, values);
  return printUnion(spread, values, { types, names, texts: oddOutputs(spread, values), isRows: true });
}

/** A condition that holds where `column` is an id that the variable takes in some row. */
export function filterSql(
  query: ConjunctiveQuery,
  { variable, column }: { readonly variable: string; readonly column: string },
  context: LocalData,
): string {
  return printIds(
    { column, type: typeOf(variable, query) },
    solveQuestion(conjunction(query, [variable]), context),
    context,
  );
}

function printIds(
  { column, type }: { readonly column: string; readonly type: string },
  answers: readonly Answer[],
  context: LocalData,
): string {
  const values = valuesOf(context);
  return printMembership(idColumn(column, type, values), spreadUntyped(spreadOutputs(answers), values), values);
}

function printDecision(answers: readonly Answer[], context: LocalData, column: string): string {
  if (answers.length === 0) return `SELECT FALSE AS ${column}`;
  const isSure = answers.some(({ residual }) => residual.atoms.length === 0 && residual.conditions.length === 0);
  if (isSure) return `SELECT TRUE AS ${column}`;
  const values = valuesOf(context);
  return printExistence(spreadUntyped(answers, values), values, column);
}

function printNoRows(outputs: readonly string[]): string {
  return `SELECT ${outputs.join(', ')}\nFROM (SELECT 1 AS one) AS no_rows\nWHERE FALSE`;
}

/** Ids that a column of their type cannot hold are no rows of its. */
function isHeld(context: LocalData): (answer: Answer) => boolean {
  const values = valuesOf(context);
  return ({ terms }) => terms.every((term) => term.kind !== 'value' || fitsColumn(term.value, values));
}

function valuesOf({ dialect, data }: LocalData): SqlValues {
  return { dialect, sqlTypes: data.sqlTypes };
}

function typeOf(variable: string, { constraints }: ConjunctiveQuery): string {
  const constraint = constraints.get(variable);
  if (constraint === undefined)
    throw new OsoError('REQUEST_INVALID', `no constraint names the variable ${quote(variable)}`);
  return constraint.type;
}

const FIRST: Term = { kind: 'variable', index: 0 };

function known(value: Value): Term {
  return { kind: 'value', value };
}

function name(id: string): Term {
  return known({ type: 'String', id });
}

/** `allow` of three arguments; all variables, each of one type, are asked for. */
function allow({
  args,
  variables = [],
}: {
  readonly args: readonly Term[];
  readonly variables?: readonly string[];
}): SymbolicQuestion {
  return {
    variables: variables.map((type) => typesNamed(type)),
    body: [{ kind: 'call', predicate: 'allow', args }],
    outputs: variables.map((_, index) => index),
  };
}

/**
 * Each call may join a table: MySQL takes 61 (its manual, _Limits on Joins_), SQLite 64 (sqlite.org/limits.html). What the SQL
 * costs to make grows with the third power, outside of the limits of steps and time.
 */
const MAX_LOCAL_CONDITIONS = 200;

function conjunction(query: ConjunctiveQuery, outputs: readonly string[]): SymbolicQuestion {
  checkQuerySize(query, MAX_LOCAL_CONDITIONS);
  const numbers = new Map([...query.constraints.keys()].map((variable, index) => [variable, index]));
  const numberOf = (variable: string) => {
    const number = numbers.get(variable);
    if (number === undefined)
      throw new OsoError('REQUEST_INVALID', `no constraint names the variable ${quote(variable)}`);
    return number;
  };
  const variable = (asked: string): Term => ({ kind: 'variable', index: numberOf(asked) });
  const calls: readonly Literal[] = query.calls.map(({ predicate, variables }) => ({
    kind: 'call',
    predicate,
    args: variables.map(variable),
  }));
  const limits = [...query.constraints].flatMap(([asked, { type, ids }]): readonly Literal[] =>
    ids === null ? [] : [{ kind: 'in', item: variable(asked), list: ids.map((id) => known({ type, id })) }],
  );
  return {
    variables: [...query.constraints.values()].map(({ type }) => typesNamed(type)),
    body: [...calls, ...limits],
    outputs: outputs.map(numberOf),
  };
}
