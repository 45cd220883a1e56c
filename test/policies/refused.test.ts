import { expect, test } from 'vitest';
import { loadPolicy } from '../../src/program/load-policy.ts';
import { expectationOf, policyCases } from './case-files.ts';
import { placeOf } from './run-policy.ts';

const cases = policyCases('refused').map((policy) => ({ ...policy, expected: expectationOf(policy) }));

test.each(cases)('$name is refused: $expected', ({ sources, expected }) => {
  const loaded = loadPolicy(sources);
  const [first] = loaded.ok ? [] : loaded.errors;
  expect(first && placeOf(first)).toBe(expected);
});

test('every message is one line that starts small and has no full stop, and so is every hint', () => {
  for (const { name, sources } of cases) {
    const loaded = loadPolicy(sources);
    for (const { message, hint } of loaded.ok ? [] : loaded.errors) {
      expect(message, name).toMatch(/^[^\nA-Z][^\n]*[^\n.]$/);
      if (hint !== undefined) expect(hint, name).toMatch(/^[^\nA-Z][^\n]*[^\n.]$/);
    }
  }
});
