import type { Answer, AnswerTerm } from './answer.ts';
import { normalizeResidual } from './normalize-residual.ts';
import { type Atom, type Condition, type Residual, renameColumn } from './residual.ts';

/** Rows that give the outputs come first, then those that are joined with the rows before them: as people write it. */
export function orderRows({ terms, residual }: Answer): Answer {
  const ordered = new Set<Atom>();
  for (const term of terms) if (term.kind === 'column' && residual.atoms.includes(term.atom)) ordered.add(term.atom);
  for (const start of [undefined, ...residual.atoms]) {
    if (start !== undefined) ordered.add(start);
    for (const atom of ordered) for (const other of neighbours(atom, residual)) ordered.add(other);
  }
  const atoms = [...ordered];
  const normal = normalizeResidual({ atoms, conditions: residual.conditions });
  if (normal === undefined) throw new Error('an answer contradicts itself after all');
  const rename = (term: AnswerTerm) => (term.kind === 'column' ? renameColumn(term, normal.renamed) : term);
  return { terms: terms.map(rename), residual: normal.residual };
}

function neighbours(atom: Atom, { conditions }: Residual): readonly Atom[] {
  return conditions.flatMap((condition) => {
    const pair = joined(condition);
    if (pair === undefined) return [];
    const [left, right] = pair;
    if (left === atom) return [right];
    return right === atom ? [left] : [];
  });
}

function joined(condition: Condition): readonly [Atom, Atom] | undefined {
  if (condition.kind !== 'equal' || condition.right.kind !== 'column') return undefined;
  return [condition.left.atom, condition.right.atom];
}
