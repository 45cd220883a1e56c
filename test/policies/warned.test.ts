import { expect, test } from 'vitest';
import { loadPolicy } from '../../src/program/load-policy.ts';
import { expectationOf, policyCases } from './case-files.ts';
import { placeOf, testPolicy } from './run-policy.ts';

const cases = policyCases('warned').map((policy) => ({ ...policy, expected: expectationOf(policy) }));

test.each(cases)('$name loads with the warning $expected, and its tests pass', ({ sources, expected }) => {
  const loaded = loadPolicy(sources);
  expect(loaded.ok).toBe(true);
  expect(loaded.warnings.map(placeOf)).toContain(expected);
  expect(testPolicy(sources)).toMatchObject({ success: true, errors: [] });
});
