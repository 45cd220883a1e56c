import type { SqlDialect } from '../config/sql-dialect.ts';
import { OsoError } from '../errors/oso-error.ts';
import { quote } from '../errors/quote.ts';

/**
 * Characters that some setting of a database, or some driver, reads even between quotes: backslashes, and the marks of bind
 * parameters. A colon after a letter or digit is none.
 */
const HAZARD = /[\\?%]|(?<!\w):/gu;
const PLAIN = /^[\x20-\x7e]*$/u;

/** A text as SQL reads it, whatever it holds. Throws REQUEST_INVALID for half a surrogate pair, which no database holds. */
export function printText(text: string, dialect: SqlDialect): string {
  if (/\p{Cs}/u.test(text)) throw new OsoError('REQUEST_INVALID', `the id ${quote(text)} is not well-formed Unicode`);
  switch (dialect) {
    case 'postgresql':
      return postgresqlText(text);
    case 'mysql':
      return mysqlText(text);
    case 'sqlite':
      return sqliteText(text);
  }
}

function postgresqlText(text: string): string {
  if (text.includes('\0')) {
    throw new OsoError('REQUEST_INVALID', `the id ${quote(text)} holds a NUL character, which PostgreSQL cannot hold`);
  }
  const escaped = quoted(text).replace(HAZARD, (char) => `\\x${hexOf(char)}`);
  return escaped.includes('\\') ? `E${escaped}` : escaped;
}

/** Hexadecimal where the meaning depends on `sql_mode` or on the character set of the connection. */
function mysqlText(text: string): string {
  const isPlain = PLAIN.test(text) && text.search(HAZARD) === -1;
  return isPlain ? quoted(text) : `_utf8mb4 0x${hexOf(text)}`;
}

function sqliteText(text: string): string {
  return text.includes('\0') ? `(${text.split('\0').map(quoted).join(' || char(0) || ')})` : quoted(text);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}
