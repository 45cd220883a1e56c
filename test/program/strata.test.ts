import { expect, test } from 'vitest';
import { loadPolicy } from '../../src/program/load-policy.ts';
import type { Literal, Program } from '../../src/program/program.ts';
import { Random } from '../support/random.ts';

/*
 * Ground truth: propositional rules, where every goal is one predicate with one literal. A policy is refused exactly when
 * its ground dependency graph has a cycle through `not`.
 */

const NAMES = ['a', 'b', 'c', 'd'];

test('500 random policies are refused exactly when a ground atom depends on its own negation', () => {
  let refused = 0;
  for (let seed = 1; seed <= 500; seed++) {
    const text = randomPolicy(new Random(seed));
    const loaded = loadPolicy([{ name: 'policy.polar', text }]);
    const codes = loaded.ok ? [] : loaded.errors.map(({ code }) => code);
    const expected = hasNegativeCycle(text);
    if (expected) refused += 1;
    expect(codes.includes('POLAR_NEGATION'), `seed ${seed}\n${text}`).toBe(expected);
    expect(codes.every((code) => code === 'POLAR_NEGATION')).toBe(true);
  }
  expect(refused).toBeGreaterThan(50);
  expect(refused).toBeLessThan(450);
});

test('a policy with more goals than are told apart by their callers is still refused for a cycle', () => {
  const many = Array.from({ length: 20_001 }, (_, number) => `not h("${number}")`).join(' and ');
  const honest = `p(s: String) if known(s) and ${many};\nh(s: String) if k(s);\n`;
  const load = (text: string) => loadPolicy([{ name: 'policy.polar', text }]);
  expect(load(honest).ok).toBe(true);
  const refused = load(`${honest}k("7") if not h("7");`);
  expect(refused.ok ? [] : refused.errors.map(({ code }) => code)).toEqual(['POLAR_NEGATION']);
});

test.each([
  [
    'refused for a cycle',
    'r() if not p(Plan{"Pro"});\nq(x: Plan) if k(x) and not p(x);\np(Plan{"free"}) if q(Plan{"free"});',
    false,
  ],
  ['not refused without one', 'q(x: Plan) if k(x) and not p(x);\np(Plan{"free"}) if not p(Plan{"Pro"});', true],
])('a policy whose objects have types as their ids is %s', (_, rules, accepted) => {
  const text = `actor User {}\nresource Plan {}\nresource Pro extends Plan {}\n${rules}`;
  const loaded = loadPolicy([{ name: 'policy.polar', text }]);
  expect(loaded.ok ? [] : loaded.errors.map(({ code }) => code)).toEqual(accepted ? [] : ['POLAR_NEGATION']);
});

/** Rules `p("x") if …` and `p(s: String) if … p(s) …`, which carry the literal through. */
function randomPolicy(random: Random): string {
  const atom = (open: boolean) => `p${random.below(2)}(${open ? 's' : `"${random.pick(NAMES)}"`})`;
  const lines = Array.from({ length: 2 + random.below(5) }, () => {
    const open = random.chance(0.3);
    const body = Array.from(
      { length: 1 + random.below(2) },
      () => `${random.chance(0.3) ? 'not ' : ''}${atom(open && random.chance(0.7))}`,
    );
    const head = `p${random.below(2)}(${open ? 's: String' : `"${random.pick(NAMES)}"`})`;
    return `${head} if ${open ? 'known(s) and ' : ''}${body.join(' and ')};`;
  });
  return ['actor User {}', ...lines].join('\n');
}

/** Instantiates `s` with every name and one that nothing mentions, then looks for cycles by brute force. */
function hasNegativeCycle(text: string): boolean {
  const edges = new Map<string, { readonly to: string; readonly negative: boolean }[]>();
  for (const line of text.split('\n').slice(1)) {
    for (const name of [...NAMES, 'other']) {
      const [head = '', body = ''] = line
        .replaceAll('s: String', `"${name}"`)
        .replaceAll('(s)', `("${name}")`)
        .split(' if ');
      const calls = [...body.matchAll(/(not )?(p\d\("\w+"\))/gu)].map(([, not, to = '']) => ({
        to,
        negative: not !== undefined,
      }));
      edges.set(head, [...(edges.get(head) ?? []), ...calls]);
    }
  }
  const reach = (start: string) => {
    const found = new Set([start]);
    for (const atom of found) for (const { to } of edges.get(atom) ?? []) found.add(to);
    return found;
  };
  return [...edges].some(([head, calls]) => calls.some(({ to, negative }) => negative && reach(to).has(head)));
}

test('every `not` of an accepted random policy is still there', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const text = randomPolicy(new Random(seed));
    const loaded = loadPolicy([{ name: 'policy.polar', text }]);
    if (loaded.ok) expect(countNegations(loaded.program)).toBe([...text.matchAll(/not /gu)].length);
  }
});

function countNegations({ rules }: Program): number {
  const isNegation = ({ kind }: Literal) => kind === 'not';
  return rules.reduce((sum, { body }) => sum + body.filter(isNegation).length, 0);
}
