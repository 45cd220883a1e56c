import type { SqlDialect } from '../config/sql-dialect.ts';
import { OsoError } from '../errors/oso-error.ts';
import { quote } from '../errors/quote.ts';
import type { Value } from '../facts/fact.ts';

/** How values are written for one database. */
export interface SqlValues {
  readonly dialect: SqlDialect;
  /** Type name → type of the columns that hold its ids. */
  readonly sqlTypes: ReadonlyMap<string, string>;
}

/** A value as the columns of its type hold it. Throws REQUEST_INVALID for a NUL character, which no text in SQL has. */
export function printValue(value: Value, values: SqlValues): string {
  const type = castType(values.sqlTypes.get(value.type), values.dialect);
  const text = printText(value.id, values.dialect);
  return type === undefined ? text : `CAST(${text} AS ${type})`;
}

export function printText(text: string, dialect: SqlDialect): string {
  if (text.includes('\0')) {
    throw new OsoError('REQUEST_INVALID', `the id ${quote(text)} holds a NUL character, which SQL cannot express`);
  }
  const escaped = dialect === 'mysql' ? text.replaceAll('\\', '\\\\') : text;
  return `'${escaped.replaceAll("'", "''")}'`;
}

export function printNothing(type: string | undefined, { dialect, sqlTypes }: SqlValues): string {
  const declared = type === undefined ? undefined : castType(sqlTypes.get(type), dialect);
  return declared === undefined ? 'NULL' : `CAST(NULL AS ${declared})`;
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

export function isIntegerType(sqlType: string | undefined): boolean {
  return sqlType !== undefined && INTEGER_TYPE.test(sqlType);
}

/** The type to cast to; undefined where a plain literal already compares as the column does. */
function castType(sqlType: string | undefined, dialect: SqlDialect): string | undefined {
  if (sqlType === undefined || dialect === 'postgresql') return sqlType;
  return INTEGER_TYPE.test(sqlType) ? integerType(dialect) : undefined;
}

const INTEGER_TYPE = /^\s*(?:tinyint|smallint|mediumint|int|integer|bigint|int[248]|(?:small|big)?serial)\b/iu;
const UUID_TYPE = /^\s*uuid\s*$/iu;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;
const BOOLEAN_TYPE = /^\s*bool(?:ean)?\s*$/iu;
const DECIMAL_TYPE = /^\s*(?:numeric|decimal)\b/iu;
const BOUNDED_TEXT = /^\s*(?:character varying|varchar|char|character|nvarchar|nchar|bpchar)\s*\(\s*(\d+)\s*\)/iu;
const WHOLE = /^(?:0|-?[1-9][0-9]{0,18})$/u;

/** Whether a column of this type can hold the id; a cast of another one would fail, or change it. */
export function fitsSqlType(id: string, sqlType: string | undefined): boolean {
  if (sqlType === undefined) return true;
  if (UUID_TYPE.test(sqlType)) return UUID.test(id);
  if (INTEGER_TYPE.test(sqlType)) return WHOLE.test(id) && isWithin(BigInt(id), bitsOf(sqlType));
  if (DECIMAL_TYPE.test(sqlType)) return WHOLE.test(id);
  if (BOOLEAN_TYPE.test(sqlType)) return id === 'true' || id === 'false';
  const bound = BOUNDED_TEXT.exec(sqlType)?.[1];
  return bound === undefined || [...id].length <= Number(bound);
}

function isWithin(value: bigint, bits: number): boolean {
  return BigInt.asIntN(bits, value) === value;
}

function bitsOf(sqlType: string): number {
  if (/big|int8/iu.test(sqlType)) return 64;
  return /small|tiny|int2/iu.test(sqlType) ? 16 : 32;
}
