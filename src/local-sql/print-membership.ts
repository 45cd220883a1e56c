import type { Value } from '../facts/fact.ts';
import type { Answer } from './answer.ts';
import { residualKey } from './normalize-residual.ts';
import { type IdColumn, printIsOneOf, printKey } from './print-comparison.ts';
import { printExistsQuery, printUnion } from './print-query.ts';
import { type Column, listedIds } from './residual.ts';
import { isOddNumber } from './sql-type.ts';
import { fitsColumn, type SqlValues } from './sql-value.ts';

/** More conditions than this that stand beside ids of their own become one query. */
const MOST_APART = 8;

/**
 * A condition that holds where a column has one of the answers, each of one term. It can stand between ANDs as it is, and
 * is `true` or `false` where no row matters.
 */
export function printMembership(column: IdColumn, answers: readonly Answer[], values: SqlValues): string {
  const { everything, listed, looked, spelled, apart } = sortOut(column.type, answers, values);
  if (everything.some(isSure)) return 'true';
  const parts = [
    ...(listed.length > 0 ? [printIsOneOf(column, listed, values)] : []),
    ...(looked.length > 0 ? [printLookup(column, looked, values)] : []),
    ...spelled.map(([ids, answer]) => printSpelled(column, { ids, answers: [answer] }, values)),
    ...printApart(column, apart, values),
    ...(everything.length > 0 ? [`EXISTS (${printExistsQuery(everything, values)})`] : []),
  ];
  const [only] = parts;
  if (only === undefined) return 'false';
  return parts.length === 1 ? only : `(${parts.join('\n OR ')})`;
}

interface Sorted {
  /** Any id will do, if their rows exist. */
  readonly everything: readonly Answer[];
  /** Ids that need no row. */
  readonly listed: readonly Value[];
  /** Ids that a query gives. */
  readonly looked: readonly Answer[];
  /** Lists of ids of no declared type, with what chooses among them. */
  readonly spelled: readonly (readonly [readonly Value[], Answer])[];
  /** Ids that all need the same rows, or are of no declared type: a query would make them text, which no number compares with. */
  readonly apart: readonly (readonly [Value, Answer])[];
}

/** Ids, and answers of which one must hold for each of them. */
interface Apart {
  readonly held: readonly Value[];
  readonly answers: readonly Answer[];
}

function sortOut(type: string, answers: readonly Answer[], values: SqlValues): Sorted {
  const everything = answers.filter(({ terms: [term] }) => term?.kind === 'free');
  const looked: Answer[] = [];
  const spelled: [readonly Value[], Answer][] = [];
  for (const answer of answers) {
    const [term] = answer.terms;
    if (term?.kind !== 'column') continue;
    const held = spelledIds(type, term, values);
    if (held === undefined) looked.push(answer);
    else if (held.length > 0) spelled.push([held, answer]);
  }
  const [listed, apart] = sortValues(answers, values);
  const areLooked = values.sqlTypes.has(type) && groupApart(apart).length > 1;
  if (!areLooked) return { everything, listed, looked, spelled, apart };
  return { everything, listed, looked: [...looked, ...apart.map(([, answer]) => answer)], spelled, apart: [] };
}

/** The answers that are values: those that are sure, and those that are not. */
function sortValues(answers: readonly Answer[], values: SqlValues): [Value[], [Value, Answer][]] {
  const listed: Value[] = [];
  const apart: [Value, Answer][] = [];
  for (const answer of answers) {
    const [term] = answer.terms;
    if (term?.kind !== 'value' || !fitsColumn(term.value, values)) continue;
    if (isSure(answer)) listed.push(term.value);
    else apart.push([term.value, answer]);
  }
  return [listed, apart];
}

/** The ids of a list that fit a column of no declared type; undefined where the column can be looked up in a query. */
function spelledIds(type: string, term: Column, values: SqlValues): readonly Value[] | undefined {
  if (values.dialect === 'mysql' || values.sqlTypes.has(type)) return undefined;
  const ids = listedIds(term)?.filter((id) => fitsColumn(id, values));
  // SQLite compares a column of numbers with texts as numbers: only other spellings of them need care.
  return values.dialect === 'sqlite' && !ids?.some(({ id }) => isOddNumber(id)) ? undefined : ids;
}

/** Ids with the same conditions are one list; then lists of the same ids have their conditions together. */
function groupApart(answers: readonly (readonly [Value, Answer])[]): readonly Apart[] {
  const byResidual = new Map<string, { readonly held: Value[]; readonly answer: Answer }>();
  for (const [value, answer] of answers) {
    const key = residualKey(answer.residual);
    const known = byResidual.get(key);
    if (known === undefined) byResidual.set(key, { held: [value], answer });
    else known.held.push(value);
  }
  const byIds = new Map<string, { readonly held: readonly Value[]; readonly answers: Answer[] }>();
  for (const { held, answer } of byResidual.values()) {
    const key = JSON.stringify(held.map(({ id }) => id).sort());
    const known = byIds.get(key);
    if (known === undefined) byIds.set(key, { held, answers: [answer] });
    else known.answers.push(answer);
  }
  return [...byIds.values()];
}

function isSure({ residual }: Answer): boolean {
  return residual.atoms.length === 0 && residual.conditions.length === 0;
}

function printLookup(column: IdColumn, looked: readonly Answer[], values: SqlValues): string {
  const key = printKey(column, values);
  const query = printUnion(looked, values, { types: [column.type], isRows: false });
  return `${key.length === 1 ? key.join('') : `(${key.join(', ')})`} IN (${query})`;
}

/** Where many ids have conditions of their own, the column is found by its ids and then looked up as text. */
function printApart(
  column: IdColumn,
  apart: readonly (readonly [Value, Answer])[],
  values: SqlValues,
): readonly string[] {
  const groups = groupApart(apart);
  if (groups.length <= MOST_APART) {
    return groups.map(
      ({ held, answers }) =>
        `(${printIsOneOf(column, held, values)} and EXISTS (${printExistsQuery(answers, values)}))`,
    );
  }
  const ids = [...new Map(apart.map(([value]) => [value.id, value])).values()];
  return [printSpelled(column, { ids, answers: apart.map(([, answer]) => answer) }, values)];
}

/** The column is found by its ids, and looked up as text: a query that gives them would compare with no number. */
function printSpelled(
  column: IdColumn,
  { ids, answers }: { readonly ids: readonly Value[]; readonly answers: readonly Answer[] },
  values: SqlValues,
): string {
  const query = printUnion(answers, values, { types: [column.type], texts: new Set([0]), isRows: false });
  return `(${printIsOneOf(column, ids, values)} and ${column.text} IN (${query}))`;
}
