import type { CentralList } from './central-list.ts';
import { printValue, type SqlValues } from './sql-value.ts';

/** A query that gives the rows of a list. */
export function printRows({ rows }: CentralList, values: SqlValues): string {
  const lines = rows.map((row) => row.map((value) => printValue(value, values)).join(', '));
  // MySQL and MariaDB write VALUES differently; both know this.
  if (values.dialect === 'mysql') return lines.map((line) => `SELECT ${line}`).join(' UNION ALL ');
  return `VALUES ${lines.map((line) => `(${line})`).join(', ')}`;
}
