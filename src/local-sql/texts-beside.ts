import type { Answer, AnswerTerm } from './answer.ts';
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

/** Outputs that PostgreSQL must give as texts: as a number, like the columns they are united with, an odd one would be another. */
export function oddOutputs(answers: readonly Answer[], values: SqlValues): ReadonlySet<number> {
  return new Set(
    answers.flatMap(({ terms }) => terms.flatMap((term, position) => (mayBeOdd(term, values) ? position : []))),
  );
}

function mayBeOdd(term: AnswerTerm, values: SqlValues): boolean {
  if (values.dialect !== 'postgresql' || term.kind === 'free') return false;
  if (term.kind === 'value') return !values.sqlTypes.has(term.value.type) && isOddNumber(term.value.id);
  const { source } = term.atom;
  return source.kind === 'list' && hasTextBeside(source, term.position, values);
}
