import type { SqlDialect } from '../config/sql-dialect.ts';

const PLAIN = /^[a-z_][a-z0-9_]*$/u;
/** Words that some database takes for something else even after AS. */
const RESERVED = new Set(
  'all and as asc between by case column create cross current_user default delete desc distinct drop else end exists false for from full group having in index inner insert into is join key keys left like limit natural not null offset on or order outer primary references right rows select set table then to true union unique update user using values when where with'.split(
    ' ',
  ),
);

/** The name of a column of a result, quoted where it is not a plain identifier. */
export function printName(name: string, dialect: SqlDialect): string {
  if (PLAIN.test(name) && !RESERVED.has(name)) return name;
  const mark = dialect === 'mysql' ? '`' : '"';
  return `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
}
