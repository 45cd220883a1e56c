import type { Answer, AnswerTerm } from './answer.ts';
import { columnsIn } from './columns-in.ts';
import { normalizeResidual } from './normalize-residual.ts';
import { replaceAll } from './replace-columns.ts';
import { type Atom, type Column, renameColumn } from './residual.ts';
import type { SqlValues } from './sql-value.ts';

/** Branches of a query that may come of one list; arbitrary, a database still reads them quickly. */
const MOST_BRANCHES = 500;

/**
 * Short lists of undeclared types become one branch for each row, which reads better than rows: a plain literal is taken
 * for whatever the other side is. Long ones stay lists, which get the types of the columns beside them; see type-lists.ts.
 */
export function spreadUntyped(answers: readonly Answer[], values: SqlValues): readonly Answer[] {
  if (values.dialect === 'sqlite') return answers;
  return answers.flatMap((answer) => {
    const lists = answer.residual.atoms.filter((atom) => isUntyped(atom, values));
    const rows = lists.reduce((product, { source }) => product * (source.kind === 'list' ? source.rows.length : 1), 1);
    const isAlone = answers.length === 1 && answer.residual.conditions.length === 0;
    return rows > MOST_BRANCHES || isAlone ? [answer] : lists.reduce(spreadAll, [answer]);
  });
}

function isUntyped({ source }: Atom, { dialect, sqlTypes }: SqlValues): boolean {
  return source.kind === 'list' && (dialect === 'mysql' || source.args.some(({ type }) => !sqlTypes.has(type)));
}

/** A list that nothing but the one output speaks of becomes an answer for each of its values, which differ in nothing else. */
export function spreadOutputs(answers: readonly Answer[]): readonly Answer[] {
  return answers.flatMap((answer) => {
    const [term] = answer.terms;
    const isApart =
      term?.kind === 'column' &&
      term.atom.source.kind === 'list' &&
      !answer.residual.conditions.flatMap(columnsIn).some(({ atom }) => atom === term.atom);
    return isApart ? spread(answer, term.atom) : [answer];
  });
}

/** An answer for each combination of rows of its lists. */
export function spreadLists(answer: Answer): readonly Answer[] {
  const lists = answer.residual.atoms.filter(({ source }) => source.kind === 'list');
  return lists.reduce(spreadAll, [answer]).flatMap(({ terms, residual }) => {
    const normal = normalizeResidual(residual);
    if (normal === undefined) return [];
    const rename = (term: AnswerTerm) => (term.kind === 'column' ? renameColumn(term, normal.renamed) : term);
    return [{ terms: terms.map(rename), residual: normal.residual }];
  });
}

function spreadAll(answers: readonly Answer[], atom: Atom): readonly Answer[] {
  return answers.flatMap((answer) => spread(answer, atom));
}

function spread({ terms, residual }: Answer, atom: Atom): readonly Answer[] {
  if (atom.source.kind !== 'list') return [{ terms, residual }];
  const atoms = residual.atoms.filter((other) => other !== atom);
  return atom.source.rows.flatMap((row): readonly Answer[] => {
    const replace = (column: Column) => {
      const value = column.atom === atom ? row[column.position] : undefined;
      return value === undefined ? column : { kind: 'value' as const, value };
    };
    const conditions = replaceAll(residual.conditions, replace);
    if (conditions === undefined) return [];
    const outputs = terms.map((term): AnswerTerm => (term.kind === 'column' ? replace(term) : term));
    return [{ terms: outputs, residual: { atoms, conditions } }];
  });
}
