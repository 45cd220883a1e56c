import type { Rule } from '../program/program.ts';
import { typeSetKey } from '../program/type-set.ts';
import type { Answer, AnswerTerm } from './answer.ts';
import type { TermAlgebra } from './built-in-literals.ts';
import { normalizeResidual } from './normalize-residual.ts';
import { type Column, type Residual, renameColumn, sameColumn } from './residual.ts';
import { type Settled, settleLists } from './settle-lists.ts';
import { type Resolved, type State, typesOf } from './state.ts';

/** What a finished body says about its goal; undefined when its conditions contradict each other. */
export function answerOf(
  { goal }: { readonly goal: { readonly positions: readonly number[] } },
  rule: Rule,
  state: State,
  terms: TermAlgebra,
): Answer | undefined {
  const params = goal.positions.flatMap((position) => rule.params[position] ?? []);
  return answerFrom(
    state,
    params.map((param) => terms.resolve(state, param)),
  );
}

export function answerFrom(state: State, found: readonly Resolved[]): Answer | undefined {
  const settled = normalize(state, found);
  if (settled === undefined) return undefined;
  const { residual } = settled;
  const variables: number[] = [];
  const terms = settled.terms.map((term): AnswerTerm => {
    if (term.kind === 'value') return term;
    if (term.kind === 'column') return knownValue(residual, term);
    let number = variables.indexOf(term.variable);
    if (number === -1) number = variables.push(term.variable) - 1;
    return { kind: 'free', number, types: typesOf(state, term.variable) };
  });
  return { terms, residual };
}

/** A residual and the terms that speak of its rows in one form; undefined when it cannot hold. */
export function normalize(residual: Residual, terms: readonly Resolved[]): Settled | undefined {
  const closed = closeEqualities(residual, terms);
  if (closed === undefined || !residual.atoms.some(({ source }) => source.kind === 'list')) return closed;
  const settled = settleLists(closed.residual, closed.terms);
  return settled && closeEqualities(settled.residual, settled.terms);
}

function closeEqualities(residual: Residual, terms: readonly Resolved[]): Settled | undefined {
  const normal = normalizeResidual(residual);
  return (
    normal && {
      residual: normal.residual,
      terms: terms.map((term) => (term.kind === 'column' ? renameColumn(term, normal.renamed) : term)),
    }
  );
}

function knownValue({ conditions }: Residual, column: Column): AnswerTerm {
  for (const condition of conditions) {
    if (condition.kind !== 'equal' || condition.right.kind !== 'value') continue;
    if (sameColumn(condition.left, column)) return condition.right;
  }
  return column;
}

/** A term that no row gives, as data for keys. */
export function termKey(term: Exclude<AnswerTerm, Column>): unknown {
  return term.kind === 'value' ? [term.value.type, term.value.id] : [term.number, typeSetKey(term.types), 'free'];
}
