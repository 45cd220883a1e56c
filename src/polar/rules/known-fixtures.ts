import { quote } from '../../errors/quote.ts';
import { didYouMean } from '../../util/did-you-mean.ts';
import type { ValidationContext } from '../validation-context.ts';

/**
 * Known fixtures
 *
 * A fixture that a setup names is defined somewhere in the policy, once (polar reference, 7.2).
 */
export function knownFixtures({ nodesOf, report }: ValidationContext): void {
  const defined = new Set<string>();
  for (const { name } of nodesOf('fixture')) {
    if (defined.has(name.text)) {
      const message = `the fixture ${quote(name.text)} is defined twice`;
      report({ severity: 'error', code: 'POLAR_TEST', message, span: name.span, hint: 'give it another name' });
    }
    defined.add(name.text);
  }
  for (const { name } of nodesOf('fixture-reference')) {
    if (defined.has(name.text)) continue;
    report({
      severity: 'error',
      code: 'POLAR_TEST',
      message: `no fixture is called ${quote(name.text)}`,
      span: name.span,
      hint: () => {
        const guess = didYouMean(name.text, defined);
        return guess ? `did you mean ${quote(guess)}?` : `define it: \`test fixture ${name.text} { … }\``;
      },
    });
  }
}
