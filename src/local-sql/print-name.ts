import type { SqlDialect } from '../config/sql-dialect.ts';

/** The name of a column of a result, quoted: every database reserves other words. */
export function printName(name: string, dialect: SqlDialect): string {
  const mark = dialect === 'mysql' ? '`' : '"';
  return `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
}
