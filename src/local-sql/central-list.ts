import { OsoError } from '../errors/oso-error.ts';
import { compareStrings } from '../facts/compare-strings.ts';
import type { Value } from '../facts/fact.ts';
import type { BindingArg } from './binding.ts';
import { digest } from './digest.ts';

/** Answers of the engine as rows that SQL will list. They stand where rows of the database stand. */
export interface CentralList {
  readonly kind: 'list';
  /** The type of each column. */
  readonly args: readonly Extract<BindingArg, { kind: 'column' }>[];
  /** At least one, no two the same. */
  readonly rows: readonly ListedRow[];
}

export type ListedRow = readonly Value[];

/** Most rows of one list: their SQL has some megabytes, and a database takes seconds to read it. */
const MAX_ROWS = 250_000;

/** A list of distinct rows that all have the types of the first one. Throws SQL_UNSUPPORTED for more than `MAX_ROWS`. */
export function listOf(rows: readonly ListedRow[]): CentralList {
  checkLength(rows);
  const [first = []] = rows;
  return { kind: 'list', args: first.map(({ type }) => ({ kind: 'column', type })), rows };
}

/** Throws SQL_UNSUPPORTED for more rows than a list can have. */
export function checkLength(rows: readonly ListedRow[]): void {
  if (rows.length <= MAX_ROWS) return;
  throw new OsoError('SQL_UNSUPPORTED', `the SQL would have to list more than ${MAX_ROWS} answers of central facts`, {
    hint: 'ask a narrower question, or bind the facts that have so many answers to the database',
  });
}

export function distinctRows(rows: readonly ListedRow[]): readonly ListedRow[] {
  return [...new Map(rows.map((row) => [rowKey(row), row])).values()];
}

/** Equal texts mean equal ids. */
export function rowKey(row: ListedRow): string {
  const [only] = row;
  return row.length === 1 && only !== undefined ? only.id : row.map(({ id }) => `${id.length} ${id}`).join(' ');
}

/** Equal texts mean equal columns. */
export function listShape({ args }: Pick<CentralList, 'args'>): string {
  return typesKey(args);
}

/** Equal texts mean equal types: names of types may have blanks. */
export function typesKey(typed: readonly { readonly type: string }[]): string {
  return typed.map(({ type }) => `${type.length} ${type}`).join(' ');
}

/** Equal texts mean equal lists. Made once for each list. */
export function listKey(list: CentralList): string {
  let key = keys.get(list);
  if (key === undefined) {
    key = `${listShape(list)}: ${digest(list.rows.map(rowKey).sort())}`;
    keys.set(list, key);
  }
  return key;
}

const keys = new WeakMap<CentralList, string>();

/** The values of a list of one column, in order of their ids. Made once for each list. */
export function listedValues(list: CentralList): readonly Value[] {
  const known = values.get(list);
  if (known !== undefined) return known;
  const sorted = list.rows.flat().sort((a, b) => compareStrings(a.id, b.id));
  values.set(list, sorted);
  return sorted;
}

const values = new WeakMap<CentralList, readonly Value[]>();
