import type { Value } from '../facts/fact.ts';
import { printText } from './sql-text.ts';
import { isOddNumber, readSqlType, type SqlType } from './sql-type.ts';
import { printValue, printValues, type SqlValues } from './sql-value.ts';

/*
 * Ids are equal when they are the same text. Databases have other ideas: MySQL's collations ignore case and accents, and
 * its numbers equal every text that begins with them; so there a comparison that an index can serve is followed by an exact
 * one. Values are on the right, columns are not wrapped.
 */

/** A column in SQL. */
export interface IdColumn {
  readonly sql: string;
  /** The same as text that is compared byte by byte. */
  readonly text: string;
  /** The type of the ids in it. */
  readonly type: string;
  /** The ids in it, where a list brings them along. */
  readonly ids?: readonly Value[] | undefined;
}

/** How ids of a type are compared. */
type Manner =
  /** As the database does it. */
  | 'plain'
  /** As the database does it, and as texts. */
  | 'exact'
  /** Booleans in columns of texts or of integers, nobody knows which. */
  | 'boolean';

/** Holds where the column has the value. */
export function printIs(column: IdColumn, value: Value, values: SqlValues): string {
  const manner = mannerOf(column.type, values, [value]);
  if (manner === 'boolean') return isBoolean(column, [value]);
  const found = `${column.sql} = ${printValue(value, values)}`;
  return manner === 'exact' ? `${found} and ${column.text} = ${printText(value.id, values.dialect)}` : found;
}

/** Holds where the column does not have the value. */
export function printIsNot(column: IdColumn, value: Value, values: SqlValues): string {
  const manner = mannerOf(column.type, values, [value]);
  if (manner === 'boolean') return `${column.text} NOT IN (${spellings(value)})`;
  return manner === 'exact'
    ? `${column.text} <> ${printText(value.id, values.dialect)}`
    : `${column.sql} <> ${printValue(value, values)}`;
}

/** Holds where the column has one of the values, of which there must be one. It needs no brackets. */
export function printIsOneOf(column: IdColumn, list: readonly Value[], values: SqlValues): string {
  const manner = mannerOf(column.type, values, list);
  if (manner === 'boolean') return isBoolean(column, list);
  const found = `${column.sql} IN (${printValues(list, values).join(', ')})`;
  if (manner === 'plain') return found;
  return `(${found} and ${column.text} IN (${list.map(({ id }) => printText(id, values.dialect)).join(', ')}))`;
}

/** Holds where two columns of one type have the same id. */
export function printSame(a: IdColumn, b: IdColumn, values: SqlValues): string {
  const manner = mannerOf(a.type, values, [...(a.ids ?? []), ...(b.ids ?? [])]);
  if (manner === 'boolean') return `(${isTrue(a)}) = (${isTrue(b)})`;
  const same = `${a.sql} = ${b.sql}`;
  return manner === 'exact' ? `${same} and ${a.text} = ${b.text}` : same;
}

/** Holds where two columns of one type have different ids. */
export function printDiffer(a: IdColumn, b: IdColumn, values: SqlValues): string {
  const manner = mannerOf(a.type, values, [...(a.ids ?? []), ...(b.ids ?? [])]);
  if (manner === 'boolean') return `(${isTrue(a)}) <> (${isTrue(b)})`;
  return manner === 'exact' ? `${a.text} <> ${b.text}` : `${a.sql} <> ${b.sql}`;
}

/** What tells ids of the column apart in `IN (SELECT …)`, GROUP BY and the like. */
export function printKey({ sql, text, type }: IdColumn, values: SqlValues): readonly string[] {
  return mannerOf(type, values) === 'exact' ? [sql, text] : [sql];
}

/** Whether columns of the type are always compared as text too. */
export function isComparedAsText(type: string, values: SqlValues): boolean {
  return mannerOf(type, values) !== 'plain';
}

export function idColumn(sql: string, type: string, values: SqlValues): IdColumn {
  return { sql, type, text: textOf(sql, values) };
}

/** A column of any type as text that is compared byte by byte. */
export function textOf(sql: string, { dialect }: SqlValues): string {
  return dialect === 'mysql' ? `CAST(CONVERT(${sql} USING utf8mb4) AS BINARY)` : `CAST(${sql} AS TEXT)`;
}

function mannerOf(type: string, { dialect, sqlTypes }: SqlValues, constants: readonly Value[] = []): Manner {
  const declared = sqlTypes.get(type);
  if (declared === undefined) {
    if (type === 'Boolean' && dialect !== 'postgresql') return 'boolean';
    return dialect === 'mysql' || constants.some(({ id }) => isOddNumber(id)) ? 'exact' : 'plain';
  }
  return dialect === 'mysql' && isText(readSqlType(declared)) ? 'exact' : 'plain';
}

function isText({ kind }: SqlType): boolean {
  return kind === 'text' || kind === 'other';
}

function isBoolean({ text }: IdColumn, list: readonly Value[]): string {
  return `${text} IN (${list.map(spellings).join(', ')})`;
}

function isTrue({ text }: IdColumn): string {
  return `${text} IN (${TRUE})`;
}

function spellings({ id }: Value): string {
  return id === 'true' ? TRUE : FALSE;
}

const TRUE = "'true', '1'";
const FALSE = "'false', '0'";
