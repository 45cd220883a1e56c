import { quote } from '../../errors/quote.ts';
import type { HeadNode } from '../ast.ts';
import type { Finding, ValidationContext } from '../validation-context.ts';

/**
 * Assertion variables
 *
 * An assertion has at most one variable, of one type; it may stand at several places, and `_` does not count (polar
 * reference, 7.7 and 7.9).
 */
export function assertionVariables({ nodesOf, report }: ValidationContext): void {
  for (const { head } of nodesOf('assertion')) {
    const fault = faultOf(head);
    if (fault) report({ severity: 'error', code: 'POLAR_TEST', ...fault });
  }
}

function faultOf({ parameters }: HeadNode): Pick<Finding, 'message' | 'span' | 'hint'> | undefined {
  const [first, ...others] = parameters.flatMap(({ term, type, span }) =>
    term.kind === 'variable' && term.name !== '_' ? [{ name: term.name, type: type?.text, span }] : [],
  );
  for (const { name, type, span } of others) {
    if (name !== first?.name) {
      const message = `an assertion has at most one variable, here ${quote(first?.name ?? '')} and ${quote(name)}`;
      return { message, span, hint: 'write `_` for a value that does not matter' };
    }
    if (type !== undefined && first.type !== undefined && type !== first.type) {
      const message = `${quote(name)} is already of type ${quote(first.type)} in this assertion`;
      return { message, span, hint: 'a variable has one type' };
    }
  }
  return undefined;
}
