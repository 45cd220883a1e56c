import { expect, test } from 'vitest';
import type { PolicyTest } from '../../src/program/program.ts';
import { programOf } from './load.ts';

const POLICY = `
actor User {}
actor Admin extends User {}
resource Repo {}
p(u: User, s: String, n: Integer, b: Boolean, r: Repo) if q(u, s, n, b, r);
seen(n: Integer) if at(n);
test fixture base { q(User{"a"}, "s", -0, true, Repo{7}); at(5); }
`;

function testsOf(text: string): readonly PolicyTest[] {
  return programOf(POLICY + text).tests;
}

function onlyAssertion(text: string) {
  return testsOf(`test "t" { setup { fixture base; } ${text} }`)[0]?.assertions[0];
}

test('fixtures are spliced into setups where they are named, whatever the order in the text', () => {
  const [found] = testsOf(`
    test "one" { setup { at(1); fixture late; at(2); fixture base; } assert seen(1); }
    test fixture late { at(3); at(4); }
  `);
  expect(found?.name).toBe('one');
  expect(found?.setup.flat().map(({ predicate, args }) => [predicate, ...args.map(({ id }) => id)])).toEqual([
    ['at', '1'],
    ['at', '3'],
    ['at', '4'],
    ['at', '2'],
    ['q', 'a', 's', '0', 'true', '7'],
    ['at', '5'],
  ]);
  expect(found?.setup.flat()[4]?.args.map(({ type }) => type)).toEqual([
    'User',
    'String',
    'Integer',
    'Boolean',
    'Repo',
  ]);
});

test('the facts of a fixture are there once, however often it is named', () => {
  const [one, other] = testsOf(`
    test "one" { setup { fixture base; } assert seen(5); }
    test "other" { setup { at(1); fixture base; fixture base; } assert seen(5); }
  `);
  expect(one?.setup[0]).toHaveLength(2);
  expect(other?.setup).toHaveLength(2);
  expect(other?.setup[1]).toBe(one?.setup[0]);
});

test('a test without setup has no facts', () => {
  expect(testsOf('test "t" { assert_not seen(1); }')[0]?.setup).toEqual([]);
});

test('an assertion keeps values, its sense and its place', () => {
  const found = onlyAssertion('assert_not p(User{"a"}, "s", 1, false, Repo{"r"});');
  expect(found).toMatchObject({ negated: true, predicate: 'p', expected: undefined });
  expect(found?.args[2]).toEqual({ kind: 'value', value: { type: 'Integer', id: '1' } });
  expect(found?.span.source.text.slice(found.span.start, found.span.end)).toMatch(/^assert_not p\(/u);
});

test('a typed variable accepts subtypes, and its other places have the same type', () => {
  const types = { kind: 'some', types: new Set(['User', 'Admin']) };
  expect(onlyAssertion('assert p(x: User, x, 1, false, Repo{"r"});')?.args.slice(0, 2)).toEqual([
    { kind: 'variable', name: 'x', types },
    { kind: 'variable', name: 'x', types },
  ]);
});

test('each `_` is a variable of its own, typed or not', () => {
  const args = onlyAssertion('assert p(_: User, _, _, false, Repo{"r"});')?.args ?? [];
  expect(args.slice(0, 3)).toEqual([
    { kind: 'variable', name: '_#1', types: { kind: 'some', types: new Set(['User', 'Admin']) } },
    { kind: 'variable', name: '_#2', types: { kind: 'any' } },
    { kind: 'variable', name: '_#3', types: { kind: 'any' } },
  ]);
});

test('the current time can be asserted', () => {
  expect(onlyAssertion('assert_not seen(@current_unix_time);')?.args).toEqual([{ kind: 'now' }]);
});

test.each([
  ['x in [User{"a"}, Admin{"b"}, User{"a"}]', ['User:a', 'Admin:b', 'User:a']],
  ['x in []', []],
  ['x = User{"a"}', ['User:a']],
  ['User{"a"} = x', ['User:a']],
])('`iff %s` lists the values', (condition, values) => {
  const found = onlyAssertion(`assert p(x: User, "s", 0, true, Repo{"7"}) iff ${condition};`);
  expect(found?.expected?.map(({ type, id }) => `${type}:${id}`)).toEqual(values);
});
