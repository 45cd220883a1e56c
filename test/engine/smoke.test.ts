import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { atom as p, program, rule } from './program-builder.ts';
import type { Fact } from '../../src/facts/fact.ts';

const ctx = { contextFacts: [], unixTime: 1000n, budget: { maxSteps: 1e8, deadlineMs: 1e9, monotonicMs: () => 0 } };
const v = (t: string) => { const [type = '', id = ''] = t.split(':'); return { type, id }; };
const f = (predicate: string, ...args: string[]): Fact => ({ predicate, args: args.map(v) });

const allow = rule(p('allow', '?a', '?x', '?r'), p('has_permission', '?a', '?x', '?r'));
const folders = program(allow,
  rule(p('has_permission', '?u:User', 'String:read', '?r:Folder'), p('has_role', '?u', 'String:viewer', '?r')),
  rule(p('has_role', '?u:User', '?role:String', '?r:Folder'), p('has_relation', '?r', 'String:parent', '?f:Folder'), p('has_role', '?u', '?role', '?f')),
);
test('chain', () => {
  const n = 10000;
  const facts = [f('has_role', 'User:a', 'String:viewer', `Folder:f${n}`)];
  for (let i = 0; i < n; i++) facts.push(f('has_relation', `Folder:f${i}`, 'String:parent', `Folder:f${i + 1}`));
  const e = createEngine(folders, createMemoryFacts(facts));
  for (let k = 0; k < 3; k++) {
    let t = performance.now();
    expect(e.authorize({ actor: v('User:a'), action: 'read', resource: v('Folder:f0') }, ctx)).toBe(true);
    console.log('authorize', performance.now() - t); t = performance.now();
    expect(e.authorize({ actor: v('User:b'), action: 'read', resource: v('Folder:f0') }, ctx)).toBe(false);
    console.log('deny', performance.now() - t); t = performance.now();
    expect(e.list({ actor: v('User:a'), action: 'read', resourceType: 'Folder' }, ctx).length).toBe(n + 1);
    console.log('list', performance.now() - t);
  }
});
test('diamond', () => {
  const n = 40;
  const facts = [f('has_role', 'User:a', 'String:viewer', `Folder:x${n}`)];
  for (let i = 0; i < n; i++) for (const a of 'xy') for (const b of 'xy') facts.push(f('has_relation', `Folder:${a}${i}`, 'String:parent', `Folder:${b}${i + 1}`));
  const e = createEngine(folders, createMemoryFacts(facts));
  let t = performance.now();
  expect(e.authorize({ actor: v('User:b'), action: 'read', resource: v('Folder:x0') }, ctx)).toBe(false);
  expect(e.authorize({ actor: v('User:a'), action: 'read', resource: v('Folder:x0') }, ctx)).toBe(true);
  console.log('diamond', performance.now() - t);
});
test('hub', () => {
  const n = 100000;
  const facts = [f('has_role', 'Group:g', 'String:viewer', `Folder:x`)];
  for (let i = 0; i < n; i++) facts.push(f('in_group', `User:u${i}`, 'Group:g'));
  for (let i = 0; i < n; i++) facts.push(f('has_relation', `Folder:f${i}`, 'String:parent', `Folder:x`));
  const prog = program(allow,
  rule(p('has_permission', '?u:User|Group', 'String:read', '?r:Folder'), p('has_role', '?u', 'String:viewer', '?r')),
  rule(p('has_role', '?u:User', '?role:String', '?r:Folder'), p('in_group', '?u', '?g:Group'), p('has_role', '?g', '?role', '?r')),
  rule(p('has_role', '?u:User|Group', '?role:String', '?r:Folder'), p('has_relation', '?r', 'String:parent', '?f:Folder'), p('has_role', '?u', '?role', '?f')),
  );
  const e = createEngine(prog, createMemoryFacts(facts));
  for (let k = 0; k < 3; k++) {
  let t = performance.now();
  expect(e.authorize({ actor: v('User:u5'), action: 'read', resource: v('Folder:x') }, ctx)).toBe(true);
  console.log('hub authorize', performance.now() - t); t = performance.now();
  expect(e.list({ actor: v('User:u5'), action: 'read', resourceType: 'Folder' }, ctx).length).toBe(n + 1);
  console.log('hub list', performance.now() - t); t = performance.now();
  expect(e.evaluateQuery({ calls: [{ predicate: 'allow', variables: ['u', 'x', 'r'] }], constraints: new Map([['u', { type: 'User', ids: null }], ['x', { type: 'String', ids: null }], ['r', { type: 'Folder', ids: ['x'] }]]) }, ctx).length).toBe(n);
  console.log('hub users', performance.now() - t);
  }
});
