import { expect, test } from 'vitest';
import { findBindingDemands } from '../../src/engine/binding-demands.ts';
import { Catalog } from '../../src/engine/catalog.ts';
import { PendingLiterals } from '../../src/engine/compiled-rule.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import type { Literal, Program, Rule } from '../../src/program/program.ts';
import { atom, program, rule } from './program-builder.ts';

/* Looks at the literals of a policy stand for time: a test that counts them cannot be slow on a busy machine. */

const SIZE = 2_000;

function counted(rules: readonly Rule[]): { readonly program: Program; readonly looks: () => number } {
  let looks = 0;
  const watch = (literal: Literal): Literal =>
    new Proxy(literal, {
      get(target, key) {
        if (key === 'kind') looks += 1;
        return Reflect.get(target, key);
      },
    });
  const watched = rules.map((each) => ({ ...each, body: each.body.map(watch) }));
  return { program: program(...watched), looks: () => looks };
}

test('what thousands of rules demand of each other is found in a few looks at each', () => {
  const chain = Array.from({ length: SIZE }, (_, at) =>
    rule(atom(`p${at + 1}`, '?x', '?y'), atom(`p${at}`, '?y', '?x')),
  );
  const first = rule(atom('p0', '?x', '?y'), atom('q', '?x'), ['?y', '>', 'Integer:1']);
  const { program, looks } = counted([...chain.toReversed(), first]);
  const demands = findBindingDemands(program);
  expect([...demands('p0', 2)]).toEqual([1]);
  expect([...demands('p1', 2)]).toEqual([0]);
  expect([...demands(`p${SIZE}`, 2)]).toEqual([1]);
  expect(looks()).toBeLessThan(5 * SIZE);
});

test('a rule with thousands of negations is compiled in a few looks at each', () => {
  const negations = Array.from({ length: SIZE }, (_, at) => ({ not: [atom('q', '?x', `?y${at}`, `String:${at}`)] }));
  const { program, looks } = counted([rule(atom('p', '?x'), atom('r', '?x', '?y7'), ...negations)]);
  const rules = new Catalog(program, createMemoryFacts()).find('p', 1)?.rules;
  const arities = rules?.[0]?.body.literals.map((literal) => (literal.kind === 'not' ? literal.args.length : 0));
  expect(arities?.slice(7, 10)).toEqual([1, 2, 1]);
  expect(looks()).toBeLessThan(20 * SIZE);
});

test('what is left of a body is kept only while it is short: of a long one it would be the square of its length', () => {
  const bodyOf = (length: number) =>
    new PendingLiterals(Array.from({ length }, () => ({ kind: 'equal', left: 0, right: 0 })));
  const short = bodyOf(1_001);
  expect(short.without(7)).toBe(short.without(7));
  const long = bodyOf(1_002);
  expect(long.without(7)).not.toBe(long.without(7));
  expect(long.without(7).literals).toHaveLength(1_001);
});
