import type { CentralList } from './central-list.ts';
import { isOddNumber } from './sql-type.ts';
import type { SqlValues } from './sql-value.ts';

/** The columns of a list that its query gives as texts too. */
export function textsBeside(list: CentralList, values: SqlValues): readonly number[] {
  return list.args.flatMap((_, position) => (hasTextBeside(list, position, values) ? position : []));
}

/** PostgreSQL gives a list the types of the columns beside it: as a number, an odd one would be another id. */
export function hasTextBeside({ args, rows }: CentralList, position: number, values: SqlValues): boolean {
  const type = args[position]?.type ?? '';
  if (values.dialect !== 'postgresql' || values.sqlTypes.has(type)) return false;
  return rows.some((row) => isOddNumber(row[position]?.id ?? ''));
}
