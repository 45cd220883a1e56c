import { expect, test } from 'vitest';
import { buildBlockTable } from '../../src/polar/block-table.ts';
import { parsePolicy } from '../../src/polar/parser.ts';
import { createFactChecker } from '../../src/program/check-fact.ts';
import { expandBlock } from '../../src/program/expand-block.ts';
import { expandRule } from '../../src/program/expand-rule.ts';
import type { ExpandedRule } from '../../src/program/expanded-rule.ts';
import { inferTypes } from '../../src/program/infer-types.ts';
import { loadPolicy } from '../../src/program/load-policy.ts';
import { policyTests } from '../../src/program/policy-tests.ts';
import { typeRule } from '../../src/program/static-types.ts';
import { ANY_TYPE, typesNamed } from '../../src/program/type-set.ts';
import { createTypeTable } from '../../src/program/type-table.ts';
import { programOf } from './load.ts';

/** What comes after validation, without validation. */
function expandUnchecked(text: string): void {
  const policy = parsePolicy([{ name: 'policy.polar', text }]);
  const table = buildBlockTable(policy);
  const types = createTypeTable(table.blocks);
  for (const item of policy.items) {
    if (item.kind === 'block') expandBlock(item, table);
    if (item.kind === 'rule') expandRule(item, types, { conditions: 100 });
  }
  policyTests(policy, types);
}

test.each([
  ['resource A { relations = { b: A }; "b" if "b"; }', 'whose head is neither role nor permission'],
  ['resource A { other if "b"; }', 'whose head is neither role nor permission'],
  ['resource A { roles = ["r"]; "r" if "r" on "nothing"; }', 'has no relation nothing'],
  ['resource A { roles = ["r"]; relations = { b: A }; "r" if other on "b"; }', 'uses the bare name other'],
  ['resource A { roles = ["r"]; "r" if "nothing"; }', 'uses the undeclared name nothing'],
  ['resource A { roles = ["r"]; "r" if role; }', 'uses the bare name role'],
  ['f(99999999999999999999);', 'holds the number 99999999999999999999'],
  ['test "t" { setup { f(x); } assert f(1); }', 'a variable where a value stands'],
  ['test "t" { assert f(x: String) iff f(x); }', 'an `iff` that lists no values'],
])('what validation would have refused is refused again: %s', (text, message) => {
  expect(() => expandUnchecked(text)).toThrow(message);
});

const NO_TYPES = createTypeTable(new Map());

function expandOne(text: string): ExpandedRule {
  const [node] = parsePolicy([{ name: 'policy.polar', text }]).items;
  const [rule] = node?.kind === 'rule' ? expandRule(node, NO_TYPES, { conditions: 100 }) : [];
  if (rule === undefined) throw new Error('there is no rule');
  return rule;
}

test('an id that is no Integer is kept as it is where nothing has refused it', () => {
  const { rule } = expandOne('f(Integer{"1x"});');
  expect(rule.params).toEqual([{ kind: 'value', value: { type: 'Integer', id: '1x' } }]);
});

test('a signature that takes any type says nothing of a variable', () => {
  const rule = typeRule(expandOne('f(x) if p(x) and q(y);'));
  const signatures = [
    { predicate: 'p', types: [ANY_TYPE] },
    { predicate: 'q', types: [typesNamed('Doc')] },
  ];
  expect(inferTypes([rule], signatures, NO_TYPES).unknownVariables(rule)).toEqual([0]);
});

test('an error that no policy causes is not reported as one', () => {
  const fact = {
    predicate: 'f',
    get args(): never {
      throw new Error('the facts are gone');
    },
  };
  expect(() => createFactChecker(programOf('f(1);'))(fact)).toThrow('the facts are gone');
  const source = {
    name: 'policy.polar',
    get text(): string {
      throw new Error('the file is gone');
    },
  };
  expect(() => loadPolicy([source])).toThrow('the file is gone');
});

test('facts of more shapes than are remembered are checked like others', () => {
  const check = createFactChecker(programOf('seen(x) if x = x; f(x) if g(x);'));
  for (let number = 0; number < 10_100; number++) {
    const fact = { predicate: 'g', args: [{ type: `T${number}`, id: 'a' }] };
    expect(check(fact)).toBeUndefined();
  }
  expect(check({ predicate: 'h', args: [] })?.kind).toBe('unused');
});
