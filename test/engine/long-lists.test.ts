import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { ConjunctiveQuery, Engine } from '../../src/engine/engine.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { readFact } from '../support/engine-cases.ts';
import { programOf, requestWith } from '../support/engine-world.ts';

/*
 * A variable of a query may take one of many ids. Up to a thousand are gone through; of more, those are looked up that
 * the conditions give. The answers are the same.
 */

const REPOS = 3_000;
const POLICY = `
  actor User {}
  resource Repo { roles = ["reader"]; permissions = ["read", "see", "list"]; "read" if "reader"; }
  has_permission(_: User, "list", _: Repo);`;
const HIDING = `${POLICY}
  has_permission(_: User, "see", r: Repo) if not is_hidden(r);`;
const facts = createMemoryFacts([
  ...Array.from({ length: REPOS }, (_, at) => readFact(['has_role', `User:u${at % 7}`, 'reader', `Repo:r${at}`])),
  readFact(['is_hidden', 'Repo:r1']),
]);
const plain = createEngine(programOf(POLICY), facts);
/** One of its rules needs to know the repository before it is asked. */
const hiding = createEngine(programOf(HIDING), facts);

type Ids = readonly string[] | null;

function rows(engine: Engine, users: Ids, action: string, repos: Ids): string[] {
  const question: ConjunctiveQuery = {
    calls: [{ predicate: 'has_permission', variables: ['u', 'a', 'r'] }],
    constraints: new Map([
      ['u', { type: 'User', ids: users }],
      ['a', { type: 'String', ids: [action] }],
      ['r', { type: 'Repo', ids: repos }],
    ]),
  };
  return engine.evaluateQuery(question, requestWith()).map((row) => `${row.get('u')} ${row.get('r')}`);
}

function repos(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, at) => `r${from + at}`);
}

/** The same question for at most a thousand at a time. */
function inParts(engine: Engine, users: Ids, action: string, ids: readonly string[]): string[] {
  const parts: string[] = [];
  for (let from = 0; from < ids.length; from += 1_000)
    parts.push(...rows(engine, users, action, ids.slice(from, from + 1_000)));
  return parts;
}

describe('a list of more than a thousand ids', () => {
  test.each([
    ['read', plain],
    ['list', plain],
    ['read', hiding],
    ['see', hiding],
  ])('gives for `%s` what its parts give, one after another', (action, engine) => {
    fc.assert(
      fc.property(
        fc.constantFrom(['u1'], ['u1', 'u2', 'nobody'], null),
        fc.integer({ min: 0, max: REPOS }),
        fc.integer({ min: 1_001, max: 2_500 }),
        (users, from, count) => {
          const ids = repos(count, from);
          expect(rows(engine, users, action, ids).sort()).toEqual(inParts(engine, users, action, ids).sort());
        },
      ),
      { numRuns: 10 },
    );
  });

  test('may hold ids twice, and ids that no fact knows', () => {
    expect(rows(plain, ['u1'], 'read', [...repos(1_500), ...repos(1_500), 'x'])).toHaveLength(Math.ceil(1_499 / 7));
  });

  test('meets another one in a fact that binds both', () => {
    const users = Array.from({ length: 1_500 }, (_, at) => `u${at}`);
    expect(rows(plain, users, 'read', repos(2_000))).toHaveLength(2_000);
  });

  test('costs little more than what the conditions give', () => {
    let looks = 0;
    const monotonicMs = () => {
      looks += 1;
      return 0;
    };
    plain.evaluateQuery(
      {
        calls: [{ predicate: 'has_permission', variables: ['u', 'a', 'r'] }],
        constraints: new Map([
          ['u', { type: 'User', ids: ['u1'] }],
          ['a', { type: 'String', ids: ['read'] }],
          ['r', { type: 'Repo', ids: repos(100_000) }],
        ]),
      },
      requestWith({ budget: { maxSteps: 1e9, deadlineMs: 1, monotonicMs } }),
    );
    // One look at the clock every 4,096 steps.
    expect(looks).toBeLessThanOrEqual(1);
  });
});
