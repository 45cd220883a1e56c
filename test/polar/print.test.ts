import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePolicy } from '../../src/polar/parser.ts';
import { printPolicy } from '../../src/polar/print.ts';
import { anyPolicy, withoutSpans } from '../support/arbitrary-policy.ts';

test('the printed text of any tree parses to the same tree, and prints the same again', () => {
  fc.assert(
    fc.property(anyPolicy, (policy) => {
      const text = printPolicy(policy);
      const parsed = parsePolicy([{ name: 'printed.polar', text }]);
      expect(withoutSpans(parsed)).toEqual(withoutSpans(policy));
      expect(printPolicy(parsed)).toBe(text);
    }),
    { numRuns: 2_000 },
  );
});

test('parentheses stay where they hold a tree together, and only there', () => {
  const text = 'p() if (((a() or b()))) and (c() and not (d() or (e()))) and not (not f());';
  expect(printPolicy(parsePolicy([{ name: 'a.polar', text }]))).toBe(
    'p() if (a() or b()) and (c() and not (d() or e())) and not not f();\n',
  );
});
