import { quote } from '../../errors/quote.ts';
import type { ValidationContext } from '../validation-context.ts';

/**
 * Ignored forms
 *
 * Rule types, inline queries and rule flags parse and have no effect (polar reference, 10).
 */
export function ignoredForms({ nodesOf, report }: ValidationContext): void {
  for (const { form, span } of nodesOf('ignored')) {
    const [message, hint] =
      form === 'rule-type'
        ? ['a rule type has no effect', 'remove it; `declare p(Type);` says which facts there are']
        : ['an inline query has no effect', 'remove it, or write a test'];
    report({ severity: 'warning', code: 'POLAR_STYLE', message, span, hint });
  }
  for (const { flags } of [...nodesOf('rule'), ...nodesOf('shorthand-rule')]) {
    for (const { text, span } of flags) {
      const message = `the flag ${quote(text)} has no effect`;
      report({ severity: 'warning', code: 'POLAR_STYLE', message, span, hint: 'remove it' });
    }
  }
}
