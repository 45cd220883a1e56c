import type { Literal, Term } from './program.ts';

/** Every term of a literal, those under `not` included. */
export function termsOf(literal: Literal): readonly Term[] {
  switch (literal.kind) {
    case 'call':
      return literal.args;
    case 'equal':
    case 'compare':
      return [literal.left, literal.right];
    case 'in':
      return [literal.item, ...literal.list];
    case 'matches':
      return [{ kind: 'variable', index: literal.variable }];
    case 'not':
      return literal.body.flatMap(termsOf);
  }
}

/** The numbers of the variables among terms. */
export function variablesIn(terms: readonly Term[]): ReadonlySet<number> {
  return new Set(terms.flatMap((term) => (term.kind === 'variable' ? [term.index] : [])));
}
