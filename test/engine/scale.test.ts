import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { readFact, readValue } from '../support/engine-cases.ts';
import { programOf, requestWith } from '../support/engine-world.ts';

/*
 * Sizes at which recursion would overflow the stack and paths would multiply. Steps stand for time: a test that
 * counts them cannot be slow on a busy machine.
 */

const FOLDERS = `
actor User {}
actor Group {}
resource Folder {
  roles = ["viewer"];
  permissions = ["view"];
  relations = { parent: Folder };
  role if role on "parent";
  "view" if "viewer";
}
has_role(u: User, role: String, f: Folder) if g matches Group and in_group(u, g) and has_role(g, role, f);
in_group(u: Actor, g: Group) if h matches Group and in_group(u, h) and in_group(h, g);
`;

function engineOf(facts: Iterable<readonly string[]>): Engine {
  return createEngine(programOf(FOLDERS), createMemoryFacts([...facts].map(readFact)));
}

function withSteps(maxSteps: number) {
  return requestWith({ budget: { maxSteps, deadlineMs: 1, monotonicMs: () => 0 } });
}

function view(actor: string, folder: string) {
  return { actor: readValue(`User:${actor}`), action: 'view', resource: readValue(`Folder:${folder}`) };
}

function listOf(actor: string) {
  return { actor: readValue(`User:${actor}`), action: 'view', resourceType: 'Folder' };
}

describe('a chain of 10,000 folders', () => {
  const depth = 10_000;
  const engine = engineOf([
    ['has_role', 'User:ann', 'viewer', `Folder:${depth}`],
    ...Array.from({ length: depth }, (_, at) => ['has_relation', `Folder:${at}`, 'parent', `Folder:${at + 1}`]),
  ]);
  const request = withSteps(200_000);

  test('is climbed from the lowest one', () => {
    expect(engine.authorize(view('ann', '0'), request)).toBe(true);
    expect(engine.authorize(view('bob', '0'), request)).toBe(false);
  });

  test('is listed from the highest one', () => {
    expect(engine.list(listOf('ann'), request)).toHaveLength(depth + 1);
    expect(engine.list(listOf('bob'), withSteps(20))).toEqual([]);
  });
});

test('a circle of 5,000 folders ends', () => {
  const size = 5_000;
  const circle = Array.from({ length: size }, (_, at) => [
    'has_relation',
    `Folder:${at}`,
    'parent',
    `Folder:${(at + 1) % size}`,
  ]);
  const engine = engineOf([['has_role', 'User:ann', 'viewer', 'Folder:7'], ...circle]);
  expect(engine.authorize(view('ann', '8'), withSteps(100_000))).toBe(true);
  expect(engine.authorize(view('bob', '8'), withSteps(100_000))).toBe(false);
  expect(engine.list(listOf('ann'), withSteps(100_000))).toHaveLength(size);
});

test('2^40 paths through diamonds cost no more than their edges', () => {
  const layers = 40;
  const edges = Array.from({ length: layers }, (_, at) =>
    ['x', 'y'].flatMap((from) =>
      ['x', 'y'].map((to) => ['has_relation', `Folder:${from}${at}`, 'parent', `Folder:${to}${at + 1}`]),
    ),
  );
  const engine = engineOf([['has_role', 'User:ann', 'viewer', `Folder:x${layers}`], ...edges.flat()]);
  expect(engine.authorize(view('bob', 'x0'), withSteps(2_000))).toBe(false);
  expect(engine.authorize(view('ann', 'x0'), withSteps(2_000))).toBe(true);
  expect(engine.list(listOf('ann'), withSteps(2_000))).toHaveLength(2 * layers + 1);
});

describe('1,000 groups, each in the next', () => {
  const depth = 1_000;
  const nesting = Array.from({ length: depth }, (_, at) => ['in_group', `Group:${at}`, `Group:${at + 1}`]);
  const engine = engineOf([
    ['in_group', 'User:ann', 'Group:0'],
    ['has_role', `Group:${depth}`, 'viewer', 'Folder:top'],
    ...nesting,
  ]);

  test('pass roles down to the innermost member', () => {
    expect(engine.authorize(view('ann', 'top'), withSteps(20_000))).toBe(true);
    expect(engine.authorize(view('bob', 'top'), withSteps(20_000))).toBe(false);
    expect(engine.list(listOf('ann'), withSteps(20_000))).toEqual(['top']);
  });
});

describe('a group of 100,000 members', () => {
  const size = 100_000;
  const engine = engineOf(
    (function* () {
      yield ['has_role', 'Group:all', 'viewer', 'Folder:shared'];
      for (let at = 0; at < size; at++) yield ['in_group', `User:${at}`, 'Group:all'];
    })(),
  );

  test('does not matter to a question about one of them', () => {
    expect(engine.authorize(view('77777', 'shared'), withSteps(100))).toBe(true);
    expect(engine.authorize(view('stranger', 'shared'), withSteps(100))).toBe(false);
    expect(engine.list(listOf('5'), withSteps(200))).toEqual(['shared']);
  });

  test('is enumerated when asked for', () => {
    const rows = engine.evaluateQuery(
      {
        calls: [{ predicate: 'allow', variables: ['u', 'x', 'f'] }],
        constraints: new Map([
          ['u', { type: 'User', ids: null }],
          ['x', { type: 'String', ids: ['view'] }],
          ['f', { type: 'Folder', ids: ['shared'] }],
        ]),
      },
      withSteps(3_000_000),
    );
    expect(rows).toHaveLength(size);
  });
});

test('a body of 3,000 conditions does not overflow the stack', () => {
  const conditions = Array.from({ length: 3_000 }, (_, at) => `is_set(f, "${at % 10}")`);
  const engine = createEngine(
    programOf(`actor User {} resource Folder {} allow(_: User, "view", f: Folder) if ${conditions.join(' and ')};`),
    createMemoryFacts(Array.from({ length: 10 }, (_, at) => readFact(['is_set', 'Folder:a', `${at}`]))),
  );
  expect(engine.authorize(view('ann', 'a'), withSteps(100_000))).toBe(true);
  expect(engine.authorize(view('ann', 'b'), withSteps(100_000))).toBe(false);
  expect(engine.list(listOf('ann'), withSteps(100_000))).toEqual(['a']);
});

test('a chain of 3,000 rules does not overflow the stack', () => {
  const rules = Array.from({ length: 3_000 }, (_, at) => `step${at}(f: Folder) if step${at + 1}(f);`);
  const engine = createEngine(
    programOf(`actor User {} resource Folder {} allow(_: User, "view", f: Folder) if step0(f); ${rules.join('\n')}`),
    createMemoryFacts([readFact(['step3000', 'Folder:a'])]),
  );
  expect(engine.authorize(view('ann', 'a'), withSteps(100_000))).toBe(true);
  expect(engine.authorize(view('ann', 'b'), withSteps(100_000))).toBe(false);
});
