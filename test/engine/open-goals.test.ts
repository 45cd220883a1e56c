import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { typesNamed } from '../../src/program/type-set.ts';
import { programOf, requestWith } from '../support/engine-world.ts';

const program = programOf(`
actor User {}
resource Repo { permissions = ["read"]; roles = ["reader"]; "read" if "reader"; }
has_permission(_: User, "read", repo: Repo) if is_public(repo) and not is_hidden(repo);
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
