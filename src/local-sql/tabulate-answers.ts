import type { Value } from '../facts/fact.ts';
import type { Answer, AnswerTerm } from './answer.ts';
import { termKey } from './answer-of.ts';
import { type BoundColumn, boundColumn, type ConstantRows } from './constant-rows.ts';
import { residualKey } from './normalize-residual.ts';
import type { Atom, Column, Condition, Constant, Residual } from './residual.ts';
import { isOddNumber } from './sql-type.ts';
import type { SqlValues } from './sql-value.ts';
import { typeLists } from './type-lists.ts';

/** Fewer branches than this stay branches: a database plans each by itself. */
const LEAST_ROWS = 8;

/**
 * The same answers, with those that differ only in their constants as one answer over rows of constants: ten thousand pairs
 * of ids are one branch.
 */
export function tabulateAnswers(given: readonly Answer[], values: SqlValues): readonly Answer[] {
  const answers = typeLists(given, values);
  const groups = new Map<string, Answer[]>();
  for (const [number, answer] of answers.entries()) {
    const key = isTabular(answer, values) ? shapeOf(answer) : `#${number}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [answer]);
    else group.push(answer);
  }
  return [...groups.values()].flatMap((group) => (group.length < LEAST_ROWS ? group : [asRows(group, answers)]));
}

/** Odd numbers need a comparison of their own. */
function isTabular(answer: Answer, { sqlTypes }: SqlValues): boolean {
  return constantsOf(answer).every(({ value }) => sqlTypes.has(value.type) || !isOddNumber(value.id));
}

/** Equal for answers that are equal but for their constants. */
function shapeOf(answer: Answer): string {
  const [first = answer] = withoutList(answer, 1);
  const { terms, residual } = mapConstants(first, ({ value }) => ({ kind: 'value', value: { ...value, id: '' } }));
  const keys = terms.map((term) =>
    term.kind === 'column' ? [residual.atoms.indexOf(term.atom), term.position, 'column'] : termKey(term),
  );
  return JSON.stringify([keys, residualKey(residual)]);
}

/** An answer for each value of the first list. */
function withoutList(answer: Answer, most = Number.POSITIVE_INFINITY): readonly Answer[] {
  const { terms, residual } = answer;
  const list = residual.conditions.find((condition) => condition.kind === 'among');
  if (list === undefined) return [answer];
  return list.values.slice(0, most).map((value) => {
    const one: Condition = { kind: 'equal', left: list.column, right: { kind: 'value', value } };
    const conditions = residual.conditions.map((condition) => (condition === list ? one : condition));
    return { terms, residual: { atoms: residual.atoms, conditions } };
  });
}

/** One answer for all of a shape: where their constants differ, it has a column of rows that hold them. */
function asRows(group: readonly Answer[], all: readonly Answer[]): Answer {
  const answers = group.flatMap((answer) => withoutList(answer));
  const [first] = answers;
  if (first === undefined) throw new Error('a group has no answer');
  const rows = answers.map(constantsOf);
  const columns = columnsOf(rows, all);
  const source: ConstantRows = {
    kind: 'list',
    args: columns.map(({ type }) => ({ kind: 'column', type })),
    rows: rows.map((row) => columns.flatMap(({ places: [place = 0] }) => row[place]?.value ?? [])),
    alike: columns.map(({ alike }) => alike),
  };
  const atom: Atom = { id: -1, source };
  let place = -1;
  const { terms, residual } = mapConstants(first, (constant) => {
    place += 1;
    const position = columns.findIndex(({ places }) => places.includes(place));
    return position === -1 ? constant : { kind: 'column', atom, position, type: constant.value.type };
  });
  return { terms, residual: { atoms: [...residual.atoms, atom], conditions: residual.conditions } };
}

interface RowColumn {
  readonly type: string;
  /** Where, among the constants of an answer, its values are; the same at all places. */
  readonly places: number[];
  readonly alike: BoundColumn | undefined;
}

/** A column for every place whose constants differ, and one for places whose constants are the same throughout. */
function columnsOf(rows: readonly (readonly Place[])[], all: readonly Answer[]): readonly RowColumn[] {
  const columns = new Map<string, RowColumn>();
  for (const [place, { value, beside, output }] of (rows[0] ?? []).entries()) {
    const ids = rows.map((row) => row[place]?.value.id);
    if (ids.every((id) => id === value.id)) continue;
    const key = JSON.stringify([value.type, ids]);
    const known = columns.get(key);
    const alike = known?.alike ?? beside ?? columnAt(output, all);
    columns.set(key, { type: value.type, places: [...(known?.places ?? []), place], alike });
  }
  return [...columns.values()];
}

function columnAt(output: number | undefined, answers: readonly Answer[]): BoundColumn | undefined {
  if (output === undefined) return undefined;
  for (const { terms } of answers) {
    const term = terms[output];
    if (term?.kind === 'column') return boundColumn(term);
  }
  return undefined;
}

/** A constant, and the column that it is compared with or the output that it is. */
interface Place {
  readonly value: Value;
  readonly beside?: BoundColumn | undefined;
  readonly output?: number | undefined;
}

function constantsOf(answer: Answer): readonly Place[] {
  const found: Place[] = [];
  mapConstants(answer, (constant, place) => {
    found.push(place);
    return constant;
  });
  return found;
}

type Replace = (constant: Constant, place: Place) => Constant | Column;

/** The same with other constants, those of lists apart; always in the same order. */
function mapConstants({ terms, residual }: Answer, replace: Replace): Answer {
  return {
    terms: terms.map(
      (term, output): AnswerTerm => (term.kind === 'value' ? replace(term, { value: term.value, output }) : term),
    ),
    residual: mapResidual(residual, replace),
  };
}

function mapResidual({ atoms, conditions }: Residual, replace: Replace): Residual {
  return { atoms, conditions: conditions.map((condition) => mapCondition(condition, replace)) };
}

function mapCondition(condition: Condition, replace: Replace): Condition {
  const side = (term: Column | Constant, beside?: BoundColumn) =>
    term.kind === 'value' ? replace(term, { value: term.value, beside }) : term;
  switch (condition.kind) {
    case 'equal':
    case 'differ': {
      return { ...condition, right: side(condition.right, boundColumn(condition.left)) };
    }
    case 'order':
      return { ...condition, left: side(condition.left), right: side(condition.right) };
    case 'among':
      return condition;
    case 'none':
      return { kind: 'none', branches: condition.branches.map((branch) => mapResidual(branch, replace)) };
  }
}
