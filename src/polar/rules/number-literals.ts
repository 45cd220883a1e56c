import { quote } from '../../errors/quote.ts';
import type { ValidationContext } from '../validation-context.ts';

/**
 * Number literals
 *
 * Numbers are integers of 64 bits; there are no fractions (polar reference, 1.5 and 12.9).
 */
export function numberLiterals({ nodesOf, report }: ValidationContext): void {
  for (const { text, value, span } of nodesOf('number')) {
    if (value !== undefined) continue;
    const isFloat = /[.eE]/.test(text);
    report({
      severity: 'error',
      code: 'POLAR_LITERAL',
      message: isFloat
        ? `${quote(text)} is a fraction; only Integer is supported`
        : `the integer ${quote(text)} is too large`,
      span,
      hint: isFloat
        ? 'use a smaller unit, such as cents or seconds'
        : 'the range is -9223372036854775808 to 9223372036854775807',
    });
  }
}
