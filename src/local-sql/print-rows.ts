import type { CentralList } from './central-list.ts';
import { alikeOf } from './constant-rows.ts';
import type { NamedQueries } from './print-branch.ts';
import { printText } from './sql-text.ts';
import { printNothing, printValue, type SqlValues } from './sql-value.ts';
import { textsBeside } from './texts-beside.ts';

/** A query that gives the rows of a list. */
export function printRows(constants: CentralList, values: SqlValues, queries: NamedQueries): string {
  switch (values.dialect) {
    case 'postgresql':
      return postgresqlRows(constants, values, queries);
    case 'mysql':
      return mysqlRows(constants, values);
    case 'sqlite':
      return `VALUES ${listed(constants.rows.map((row) => row.map((value) => printValue(value, values))))}`;
  }
}

/** Plain literals take the type of the first row, which is there only for that. */
function postgresqlRows(list: CentralList, values: SqlValues, queries: NamedQueries): string {
  const types = list.args.map(({ type }, position) => {
    const other = alikeOf(list, position);
    if (values.sqlTypes.has(type)) return printNothing(type, values);
    return other === undefined
      ? 'CAST(NULL AS TEXT)'
      : `(SELECT arg${other.position} FROM ${queries.nameOf(other.binding)} WHERE FALSE)`;
  });
  const beside = textsBeside(list, values);
  const texts = list.rows.map((row) =>
    [...row, ...beside.flatMap((position) => row[position] ?? [])].map(({ id }) => printText(id, values.dialect)),
  );
  return `VALUES ${listed([[...types, ...beside.map(() => 'CAST(NULL AS TEXT)')], ...texts])} OFFSET 1`;
}

function listed(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `(${row.join(', ')})`).join(', ');
}

/** MariaDB and MySQL differ in how they write VALUES. */
function mysqlRows({ rows }: CentralList, values: SqlValues): string {
  return rows
    .map(
      (row, number) =>
        `SELECT ${row.map((value) => (number === 0 ? binary : plain)(printValue(value, values))).join(', ')}`,
    )
    .join(' UNION ALL ');
}

/** The collation of the first row is that of all; one that is compared byte by byte goes with any other. */
function binary(printed: string): string {
  if (printed.startsWith('_utf8mb4')) return `${printed} COLLATE utf8mb4_bin`;
  return printed.startsWith("'") ? `_utf8mb4${printed} COLLATE utf8mb4_bin` : printed;
}

function plain(printed: string): string {
  return printed;
}
