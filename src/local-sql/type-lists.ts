import type { Answer, AnswerTerm } from './answer.ts';
import type { CentralList } from './central-list.ts';
import { type BoundColumn, boundColumn, type ConstantRows } from './constant-rows.ts';
import { type Atom, type Column, type Condition, type Residual, renameAtoms, renameColumn } from './residual.ts';
import type { SqlValues } from './sql-value.ts';

/**
 * The same answers, with lists of undeclared types knowing the columns of the database that theirs are compared or united
 * with: PostgreSQL takes a plain literal for whatever the other side is, but one in a list for text.
 */
export function typeLists(answers: readonly Answer[], { dialect, sqlTypes }: SqlValues): readonly Answer[] {
  if (dialect !== 'postgresql') return answers;
  const typed = new Map<CentralList, ConstantRows>();
  return answers.map((answer) => {
    const names = new Map<Atom, Atom>();
    const partners = partnersIn(answer, answers);
    for (const atom of listsIn(answer.residual)) {
      const { source: list } = atom;
      if (list.args.every(({ type }) => sqlTypes.has(type))) continue;
      // One list stays one query, however many branches have it.
      const known = typed.get(list) ?? { ...list, alike: list.args.map((_, position) => partners(atom, position)) };
      typed.set(list, known);
      names.set(atom, { id: atom.id, source: known });
    }
    if (names.size === 0) return answer;
    const rename = (term: AnswerTerm) => (term.kind === 'column' ? renameColumn(term, names) : term);
    return { terms: answer.terms.map(rename), residual: renameAtoms(answer.residual, names) };
  });
}

type ListAtom = Atom & { readonly source: CentralList };

function listsIn({ atoms, conditions }: Residual): readonly ListAtom[] {
  const nested = conditions.flatMap((condition) => (condition.kind === 'none' ? condition.branches : []));
  return [...atoms.filter(isUntypedList), ...nested.flatMap(listsIn)];
}

function isUntypedList(atom: Atom): atom is ListAtom {
  return atom.source.kind === 'list' && !('alike' in atom.source);
}

/** Finds a column of the database that a column of a list stands beside. */
function partnersIn(
  { terms, residual }: Answer,
  answers: readonly Answer[],
): (atom: Atom, position: number) => BoundColumn | undefined {
  const pairs = pairsIn(residual);
  const outputs = terms.flatMap((term, output): readonly (readonly [Column, Column])[] => {
    const other = answers.find(({ terms: others }) => boundColumn(others[output]) !== undefined)?.terms[output];
    return term.kind === 'column' && other?.kind === 'column' ? [[term, other]] : [];
  });
  return (atom, position) => {
    for (const [a, b] of [...pairs, ...outputs]) {
      if (a.atom === atom && a.position === position && boundColumn(b)) return boundColumn(b);
      if (b.atom === atom && b.position === position && boundColumn(a)) return boundColumn(a);
    }
    return undefined;
  };
}

function pairsIn({ conditions }: Residual): readonly (readonly [Column, Column])[] {
  return conditions.flatMap((condition: Condition): readonly (readonly [Column, Column])[] => {
    if (condition.kind === 'none') return condition.branches.flatMap(pairsIn);
    const isPair = condition.kind === 'equal' || condition.kind === 'differ';
    return isPair && condition.right.kind === 'column' ? [[condition.left, condition.right]] : [];
  });
}
