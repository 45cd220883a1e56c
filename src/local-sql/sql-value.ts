import type { SqlDialect } from '../config/sql-dialect.ts';
import type { Value } from '../facts/fact.ts';
import { printText } from './sql-text.ts';
import { holdsId, readSqlType, type SqlType } from './sql-type.ts';

/** How values are written for one database. */
export interface SqlValues {
  readonly dialect: SqlDialect;
  /** Type name → type of the columns that hold its ids. */
  readonly sqlTypes: ReadonlyMap<string, string>;
}

/** A value as the columns of its type hold it. Throws REQUEST_INVALID for a text that the database cannot hold. */
export function printValue({ type, id }: Value, values: SqlValues): string {
  const declared = values.sqlTypes.get(type);
  if (declared === undefined) return printText(id, values.dialect);
  if (values.dialect === 'postgresql') return `CAST(${printText(id, values.dialect)} AS ${declared})`;
  if (type === 'Boolean' && holdsBooleans(readSqlType(declared))) return id.toUpperCase();
  return isNumeric(readSqlType(declared)) ? id : printText(id, values.dialect);
}

/** Several values for one list: PostgreSQL gives all the type of the first. */
export function printValues(list: readonly Value[], values: SqlValues): readonly string[] {
  return list.map((value, number) =>
    number > 0 && values.dialect === 'postgresql' ? printText(value.id, values.dialect) : printValue(value, values),
  );
}

/** NULL, as a column of the type. */
export function printNothing(type: string | undefined, { dialect, sqlTypes }: SqlValues): string {
  const declared = type === undefined ? undefined : sqlTypes.get(type);
  if (declared === undefined) return 'NULL';
  if (dialect === 'postgresql') return `CAST(NULL AS ${declared})`;
  return isIntegerColumn(type ?? '', { dialect, sqlTypes }) ? `CAST(NULL AS ${integerType(dialect)})` : 'NULL';
}

/** The type of a text column. */
export function textType(dialect: SqlDialect): string {
  return dialect === 'mysql' ? 'CHAR' : 'TEXT';
}

/** What a column that holds Integers, perhaps as text, is compared as. */
export function integerType(dialect: SqlDialect): string {
  if (dialect === 'mysql') return 'SIGNED';
  return dialect === 'sqlite' ? 'INTEGER' : 'BIGINT';
}

/** Whether a column can hold the id, and a cast to the column's type does not change it. */
export function fitsColumn({ type, id }: Value, { dialect, sqlTypes }: SqlValues): boolean {
  if (/\p{Cs}/u.test(id) || (dialect === 'postgresql' && id.includes('\0'))) return false;
  const declared = sqlTypes.get(type);
  if (declared === undefined) return true;
  const column = readSqlType(declared);
  return (type === 'Boolean' && dialect !== 'postgresql' && holdsBooleans(column)) || holdsId(column, id);
}

/** Whether the columns of a type are known to hold whole numbers. */
export function isIntegerColumn(type: string, { sqlTypes }: SqlValues): boolean {
  const declared = sqlTypes.get(type);
  return declared !== undefined && readSqlType(declared).kind === 'integer';
}

function isNumeric({ kind }: SqlType): boolean {
  return kind === 'integer' || kind === 'decimal';
}

/** MySQL and SQLite keep booleans as integers. */
function holdsBooleans({ kind }: SqlType): boolean {
  return kind === 'boolean' || kind === 'integer';
}
