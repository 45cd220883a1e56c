import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { GoalTerm } from '../../src/engine/goals.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import type { TypeSet } from '../../src/program/program.ts';
import { typesNamed } from '../../src/program/type-set.ts';
import { programOf, requestWith } from '../support/engine-world.ts';

const program = programOf(`
actor User {}
resource Repo { permissions = ["read"]; roles = ["reader"]; "read" if "reader"; }
has_permission(_: User, "read", repo: Repo) if is_public(repo) and not is_hidden(repo);
shares(_: Actor, _);
shares(a: Actor, a);
later(_: User, n: Integer) if n > @current_unix_time;
`);
const value = (type: string, id: string) => ({ type, id });
const facts = [
  { predicate: 'has_role', args: [value('User', 'ann'), value('String', 'reader'), value('Repo', 'own')] },
  { predicate: 'is_public', args: [value('Repo', 'open')] },
];
const engine = createEngine(program, createMemoryFacts(facts));
const known = (type: string, id: string) => ({ kind: 'value' as const, value: value(type, id) });
const goal = [
  known('User', 'ann'),
  known('String', 'read'),
  { kind: 'free' as const, number: 0, types: typesNamed('Repo') },
];
const idsOf = (answers: readonly (readonly unknown[])[]) => answers.map((answer) => answer[2]);

test('answers to a goal are the terms of the goal with values put in', () => {
  const answers = engine.goals(requestWith()).answers('has_permission', goal);
  expect(answers).toHaveLength(2);
  expect(answers.map((answer) => answer.slice(0, 2))).toEqual([goal.slice(0, 2), goal.slice(0, 2)]);
  expect(idsOf(answers)).toEqual(expect.arrayContaining([known('Repo', 'own'), known('Repo', 'open')]));
});

test('rules can be left out, for one question and not for the next', () => {
  const goals = engine.goals(requestWith());
  const negating = new Set(program.rules.filter(({ body }) => body.some(({ kind }) => kind === 'not')));
  expect(idsOf(goals.answers('has_permission', goal, negating))).toEqual([known('Repo', 'own')]);
  expect(goals.answers('has_permission', goal)).toHaveLength(2);
  expect(idsOf(goals.answers('allow', goal, negating))).toEqual([known('Repo', 'own')]);
});

test('answers that are free tell their types, and which of them are the same', () => {
  const goals = engine.goals(requestWith());
  const free = (number: number, types: TypeSet) => ({ kind: 'free' as const, number, types });
  const any: TypeSet = { kind: 'any' };
  const answers = goals.answers('shares', [free(0, any), free(1, any)]);
  expect(answers).toHaveLength(2);
  expect(answers).toEqual(
    expect.arrayContaining([
      [free(0, typesNamed('User')), free(1, any)],
      [free(0, typesNamed('User')), free(0, typesNamed('User'))],
    ]),
  );
});

test('a goal asked again gets the same answers, and one step costs one step', () => {
  const goals = engine.goals(requestWith({ budget: { ...requestWith().budget, maxSteps: 1_000 } }));
  const first = goals.answers('has_permission', goal);
  for (let times = 0; times < 2_000; times++) expect(goals.answers('has_permission', goal)).toBe(first);
  const steps = () => {
    for (let times = 0; times < 1_000; times++) goals.step();
  };
  expect(steps).toThrow('the question needs more than 1000 steps');
});

test('facts are those of the store and of the request, without rules', () => {
  const contextFacts = [
    { predicate: 'has_permission', args: [value('User', 'ann'), value('String', 'read'), value('Repo', 'lent')] },
  ];
  const goals = engine.goals(requestWith({ contextFacts }));
  expect(idsOf(goals.facts('has_permission', goal))).toEqual([known('Repo', 'lent')]);
  expect(goals.facts('has_permission', goal)).toBe(goals.facts('has_permission', goal));
  expect(goals.answers('has_permission', goal)).toHaveLength(3);
  const roles = goals.facts('has_role', [
    known('User', 'ann'),
    known('String', 'reader'),
    { ...goal[2], types: { kind: 'any' } } as GoalTerm,
  ]);
  expect(idsOf(roles)).toEqual([known('Repo', 'own')]);
});

test('the time, and what should be known before a predicate is called', () => {
  const goals = engine.goals(requestWith({ unixTime: 7n }));
  expect(goals.now).toEqual(value('Integer', '7'));
  expect([...goals.demands('later', 2)]).toEqual([1]);
  expect([...goals.demands('has_permission', 3)]).toEqual([]);
});
