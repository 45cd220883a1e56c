import { type CompiledLiteral, NOW, type TermCode } from './compiled-rule.ts';
import { type Environment, follow } from './environment.ts';

/** A term of a rule whose variables are numbered from `offset` on. */
export function shiftTerm(term: TermCode, offset: number): TermCode {
  return term >= 0 || term === NOW ? term : term - offset;
}

/** A literal of a rule whose variables are numbered from `offset` on. */
export function shiftLiteral(literal: CompiledLiteral, offset: number): CompiledLiteral {
  if (offset === 0) return literal;
  const shift = (term: TermCode) => shiftTerm(term, offset);
  switch (literal.kind) {
    case 'call':
    case 'not':
      return { ...literal, args: literal.args.map(shift) };
    case 'equal':
    case 'compare':
      return { ...literal, left: shift(literal.left), right: shift(literal.right) };
    case 'in':
      return { ...literal, item: shift(literal.item), list: literal.list.map(shift) };
    case 'matches':
      return { ...literal, variable: shift(literal.variable) };
  }
}

/** Whether literals say anything about a root. */
export function mentions(literals: readonly CompiledLiteral[], root: TermCode, environment: Environment): boolean {
  const isRoot = (term: TermCode) => term < 0 && term !== NOW && follow(environment, term) === root;
  return literals.some((literal) => termsOf(literal).some(isRoot));
}

function termsOf(literal: CompiledLiteral): readonly TermCode[] {
  switch (literal.kind) {
    case 'call':
    case 'not':
      return literal.args;
    case 'equal':
    case 'compare':
      return [literal.left, literal.right];
    case 'in':
      return [literal.item, ...literal.list];
    case 'matches':
      return [literal.variable];
  }
}
