import type { Rule } from '../program/program.ts';
import { typeSetKey } from '../program/type-set.ts';
import type { Answer, AnswerTerm } from './answer.ts';
import type { TermAlgebra } from './built-in-literals.ts';
import { normalizeResidual } from './normalize-residual.ts';
import { type Column, type Residual, renameColumn, sameColumn } from './residual.ts';
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
  const normal = normalizeResidual(state);
  if (normal === undefined) return undefined;
  const { residual, renamed } = normal;
  const variables: number[] = [];
  const terms = found.map((term): AnswerTerm => {
    if (term.kind === 'value') return term;
    if (term.kind === 'column') return knownValue(residual, renameColumn(term, renamed));
    let number = variables.indexOf(term.variable);
    if (number === -1) number = variables.push(term.variable) - 1;
    return { kind: 'free', number, types: typesOf(state, term.variable) };
  });
  return { terms, residual };
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
