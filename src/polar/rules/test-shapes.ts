import { quote } from '../../errors/quote.ts';
import type { ValidationContext } from '../validation-context.ts';

/**
 * Test shapes
 *
 * A test asserts something and has a name of its own; else it is hard to learn anything from it (polar reference, 12.22).
 */
export function testShapes({ nodesOf, report }: ValidationContext): void {
  const seen = new Set<string>();
  for (const { name, assertions } of nodesOf('test')) {
    if (assertions.length === 0) {
      const message = `the test ${quote(name.value)} asserts nothing`;
      report({ severity: 'warning', code: 'POLAR_STYLE', message, span: name.span, hint: 'add an `assert`' });
    }
    if (seen.has(name.value)) {
      const message = `another test is called ${quote(name.value)}`;
      report({ severity: 'warning', code: 'POLAR_STYLE', message, span: name.span, hint: 'give it another name' });
    }
    seen.add(name.value);
  }
}
