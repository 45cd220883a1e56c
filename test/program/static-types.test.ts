import { expect, test } from 'vitest';
import { parsePolicy } from '../../src/polar/parser.ts';
import { expandRule } from '../../src/program/expand-rule.ts';
import { MAX_CONDITIONS } from '../../src/program/split-expression.ts';
import { typeRule } from '../../src/program/static-types.ts';
import { createTypeTable } from '../../src/program/type-table.ts';

test('the calls of a rule have types of their own only where a negation says something of its variables', () => {
  const text = `p(x) if q(x, y) ${'and not r(x, z) '.repeat(100)} and not (r(x, z) and z = 1);`;
  const rules = parsePolicy([{ name: 'policy.polar', text }]).items.filter((item) => item.kind === 'rule');
  const [rule] = rules
    .flatMap((node) => expandRule(node, createTypeTable(new Map()), { conditions: MAX_CONDITIONS }))
    .map(typeRule);
  expect(rule?.calls).toHaveLength(102);
  expect(new Set(rule?.calls.map(({ types }) => types)).size).toBe(2);
});
