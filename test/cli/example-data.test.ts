import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { completeOrganizations, generateExampleFacts } from '../../src/cli/example-data.ts';
import { exampleQuestions } from '../../src/cli/example-questions.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { runPolicyTests } from '../../src/engine/run-policy-tests.ts';
import { checkFact } from '../../src/facts/check-fact.ts';
import type { Fact } from '../../src/facts/fact.ts';
import { printFactLine } from '../../src/facts/fact-line.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { loadPolicy } from '../../src/program/load-policy.ts';
import type { FactSignature, Program } from '../../src/program/program.ts';

const UNIX_TIME = BigInt(Date.UTC(2030, 0, 1) / 1_000);
const context = () => ({
  contextFacts: [],
  unixTime: UNIX_TIME,
  budget: { maxSteps: 50_000_000, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => 0 },
});

function loadExample(): Program {
  const name = 'code-hosting.polar';
  const loaded = loadPolicy([{ name, text: readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8') }]);
  expect(loaded).toMatchObject({ ok: true, warnings: [] });
  if (!loaded.ok) throw new Error('the example policy does not load');
  return loaded.program;
}

function fits(fact: Fact, { predicate, types }: FactSignature): boolean {
  if (fact.predicate !== predicate || fact.args.length !== types.length) return false;
  return fact.args.every(({ type }, index) => {
    const accepted = types[index];
    return accepted?.kind === 'any' || accepted?.types.has(type) === true;
  });
}

describe('the example policy', () => {
  test('passes its tests', () => {
    const result = runPolicyTests(loadExample(), { unixTime: UNIX_TIME, budget: context().budget });
    expect(result).toMatchObject({ success: true, errors: [] });
    expect(result.tests.length).toBeGreaterThan(10);
  });

  test('reads every fact of the example data', () => {
    const { signatures } = loadExample();
    const unread = new Set<string>();
    for (const fact of generateExampleFacts({ factCount: 20_000 })) {
      if (!signatures.some((signature) => fits(fact, signature))) unread.add(fact.predicate);
    }
    expect([...unread]).toEqual([]);
  });
});

describe('generateExampleFacts', () => {
  test.each([0, 1, 7, 1_000, 54_321])('makes exactly %d different facts, all well formed', (factCount) => {
    const lines = new Set<string>();
    let made = 0;
    for (const fact of generateExampleFacts({ factCount })) {
      checkFact(fact);
      lines.add(printFactLine(fact));
      made += 1;
    }
    expect([made, lines.size]).toEqual([factCount, factCount]);
  });

  test('makes the same facts every time and everywhere, others with another seed', () => {
    const digest = (seed?: number) => {
      const hash = createHash('sha256');
      for (const fact of generateExampleFacts({ factCount: 10_000, seed })) hash.update(printFactLine(fact));
      return hash.digest('hex');
    };
    expect(digest()).toBe('f3ad31e0a757b71cbea97918cc3e2598a428d862f80a4cdeb4d83cb59853ef81');
    expect(digest(1)).toBe(digest());
    expect(digest(2)).not.toBe(digest());
  });

  test('makes a smaller set as the beginning of a larger one', () => {
    const small = [...generateExampleFacts({ factCount: 3_000 })];
    expect([...generateExampleFacts({ factCount: 5_000 })].slice(0, 3_000)).toEqual(small);
  });

  test('makes about a tenth as many users as facts', () => {
    const users = new Set<string>();
    for (const { args } of generateExampleFacts({ factCount: 100_000 })) {
      for (const { type, id } of args) if (type === 'User') users.add(id);
    }
    expect(users.size / 100_000).toBeGreaterThan(0.08);
    expect(users.size / 100_000).toBeLessThan(0.12);
  });
});

describe('completeOrganizations', () => {
  test.each([1, 2])('are those whose last repository is among the facts, with seed %d', (seed) => {
    const factCount = 60_000;
    const organizations = completeOrganizations({ factCount, seed });
    const repositories = new Set<string>();
    for (const { args } of generateExampleFacts({ factCount, seed })) {
      for (const { type, id } of args) if (type === 'Repository') repositories.add(id);
    }
    for (const { number, userCount } of organizations) {
      expect(repositories).toContain(`org-${number}/repo-${userCount - 1}`);
      expect(repositories).not.toContain(`org-${number}/repo-${userCount}`);
    }
    const next = [...repositories].filter((id) => id.startsWith(`org-${organizations.length + 1}/`));
    expect(next).toEqual([]);
  });

  test('hold the first one however few facts there are', () => {
    expect(completeOrganizations({ factCount: 10 }).map(({ number }) => number)).toEqual([0]);
  });
});

describe('exampleQuestions', () => {
  const factCount = 30_000;

  test('are the same every time, of the kinds asked for, in turn', () => {
    const questions = [...exampleQuestions({ factCount, count: 300 })];
    expect([...exampleQuestions({ factCount, count: 300 })]).toEqual(questions);
    expect(questions.slice(0, 4).map(({ kind }) => kind)).toEqual(['authorize', 'list', 'actions', 'authorize']);
    const lists = [...exampleQuestions({ factCount, count: 5, kinds: ['list'] })];
    expect(lists.map(({ kind }) => kind)).toEqual(Array(5).fill('list'));
    expect([...exampleQuestions({ factCount, count: 300, seed: 2 })]).not.toEqual(questions);
  });

  test('are about users and things that the data mention', () => {
    const mentioned = new Set<string>();
    for (const { args } of generateExampleFacts({ factCount })) {
      for (const { type, id } of args) mentioned.add(`${type}:${id}`);
    }
    for (const question of exampleQuestions({ factCount, count: 2_000, kinds: ['actions'] })) {
      if (question.kind !== 'actions') throw new Error('another kind was asked for');
      for (const { type, id } of [question.actor, question.resource]) expect(mentioned).toContain(`${type}:${id}`);
    }
  });

  test('are allowed about half of the time', () => {
    const engine = createEngine(loadExample(), createMemoryFacts(generateExampleFacts({ factCount })));
    let allowed = 0;
    let asked = 0;
    for (const question of exampleQuestions({ factCount, count: 2_000, kinds: ['authorize'] })) {
      if (question.kind !== 'authorize') throw new Error('another kind was asked for');
      asked += 1;
      if (engine.authorize(question, context())) allowed += 1;
    }
    expect(allowed / asked).toBeGreaterThan(0.4);
    expect(allowed / asked).toBeLessThan(0.6);
  });
});
