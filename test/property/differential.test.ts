import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine, RequestContext } from '../../src/engine/engine.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import type { Value } from '../../src/facts/fact.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { loadPolicy } from '../../src/program/load-policy.ts';
import type { Program } from '../../src/program/program.ts';
import { isStranger, STRANGER } from '../support/least-model.ts';
import { givenSeed, Random } from '../support/random.ts';
import { type RandomWorld, randomWorld } from '../support/random-world.ts';
import { type ReferenceModel, referenceModel } from '../support/reference-evaluator.ts';

/*
 * The engine against the naive reference evaluator, on random worlds. `DIFFERENTIAL_WORLDS` and `TEST_SEED` widen the
 * search; every failure names its seed, and `TEST_SEED=n DIFFERENTIAL_WORLDS=1` replays it.
 */

const WORLDS = Number(process.env['DIFFERENTIAL_WORLDS'] ?? 900);
const FIRST_SEED = givenSeed ?? 1;
const QUESTIONS_PER_WORLD = 36;

interface Subject {
  readonly world: RandomWorld;
  readonly program: Program;
  readonly model: ReferenceModel;
  readonly engine: Engine;
  readonly request: RequestContext;
  readonly random: Random;
  readonly tally: Tally;
}

interface Tally {
  asked: number;
  unbounded: number;
  yes: number;
}

describe('the engine and the naive reference evaluator', () => {
  test(`agree on every question about ${WORLDS} random worlds from seed ${FIRST_SEED}`, () => {
    const tally: Tally = { asked: 0, unbounded: 0, yes: 0 };
    let refused = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + WORLDS; seed++) {
      const subject = subjectOf(seed, tally);
      if (!subject) refused += 1;
      else askAll(subject);
    }
    const worlds = WORLDS - refused;
    console.log(
      `differential: seeds from ${FIRST_SEED}, ${worlds} worlds, ${refused} refused, ${JSON.stringify(tally)}`,
    );
    expect(worlds).toBeGreaterThan(WORLDS * 0.8);
    if (WORLDS >= 900) {
      expect(tally.asked).toBeGreaterThanOrEqual(20_000);
      expect(tally.yes / tally.asked).toBeGreaterThan(0.1);
      expect(tally.unbounded / tally.asked).toBeLessThan(0.05);
    }
  }, 600_000);
});

/** Undefined for a world whose policy is refused, which may only be for negation in a cycle. */
function subjectOf(seed: number, tally: Tally): Subject | undefined {
  const world = randomWorld(seed);
  const loaded = loadPolicy([{ name: `world-${seed}.polar`, text: world.policy }]);
  if (!loaded.ok) {
    const codes = new Set(loaded.errors.map((error) => error.code));
    expect([...codes], `seed ${seed}\n${world.policy}`).toEqual(['POLAR_NEGATION']);
    return undefined;
  }
  const { program } = loaded;
  const mentioned = [...world.actorTypes, ...world.resourceTypes].flatMap((type) =>
    world.ids.map((id) => ({ type, id })),
  );
  const model = referenceModel({
    program,
    facts: [...world.facts, ...world.contextFacts],
    mentioned: [...mentioned, ...world.actions.map((id) => ({ type: 'String', id }))],
    unixTime: world.unixTime,
  });
  const engine = createEngine(program, createMemoryFacts(world.facts));
  const request: RequestContext = {
    contextFacts: world.contextFacts,
    unixTime: world.unixTime,
    budget: { maxSteps: 5_000_000, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => 0 },
  };
  return { world, program, model, engine, request, random: new Random(seed + 7), tally };
}

function askAll(subject: Subject): void {
  const questions = [askAuthorize, askAuthorize, askAuthorize, askList, askActions, askQuery, askJoin];
  for (let n = 0; n < QUESTIONS_PER_WORLD; n++) subject.random.pick(questions)(subject);
}

function askAuthorize(subject: Subject): void {
  const { model } = subject;
  const [actor, resource] = [anyActor(subject), anyResource(subject)];
  const action = anyAction(subject);
  const expected = model.holds('allow', [actor, { type: 'String', id: action }, resource]);
  compare(subject, { authorize: [actor, action, resource] }, expected, () =>
    subject.engine.authorize({ actor, action, resource }, subject.request),
  );
  const others = [resource, anyResource(subject), resource];
  compare(
    subject,
    { authorizeResources: [actor, action, others] },
    others.filter((other) => model.holds('allow', [actor, { type: 'String', id: action }, other])),
    () => subject.engine.authorizeResources({ actor, action, resources: others }, subject.request),
  );
}

function askList(subject: Subject): void {
  const { world, random, model } = subject;
  const actor = anyActor(subject);
  const action = anyAction(subject);
  const resourceType = random.pick([...world.resourceTypes, 'User']);
  const args = (value: Value) => [actor, { type: 'String', id: action }, value];
  const allowed = model.values(resourceType).filter((value) => model.holds('allow', args(value)));
  compare(subject, { list: [actor, action, resourceType] }, describeSet(allowed), () =>
    cover(subject.engine.list({ actor, action, resourceType }, subject.request), resourceType, model),
  );
}

function askActions(subject: Subject): void {
  const { model } = subject;
  const [actor, resource] = [anyActor(subject), anyResource(subject)];
  const allowed = model.values('String').filter((value) => model.holds('allow', [actor, value, resource]));
  compare(subject, { actions: [actor, resource] }, describeSet(allowed), () =>
    cover(subject.engine.actions({ actor, resource }, subject.request), 'String', model),
  );
}

/** Query v1 with one open typed argument. */
function askQuery(subject: Subject): void {
  const { random, model, world } = subject;
  const resource = anyResource(subject);
  const role = random.pick(world.roles);
  const predicate = random.pick(['has_role', 'has_relation']);
  const type = random.pick([...world.actorTypes, ...world.resourceTypes]);
  const expected = model
    .values(type)
    .filter((value) => model.holds(predicate, [value, { type: 'String', id: role }, resource]));
  compare(subject, { query: [predicate, type, role, resource] }, describeSet(expected), () => {
    const answers = subject.engine.query(
      { predicate, args: [{ type, id: null }, { type: 'String', id: role }, resource] },
      subject.request,
    );
    return cover(
      answers.map((answer) => answer.args[0]?.id ?? '*'),
      type,
      model,
    );
  });
}

/** Query builder: two conditions joined over a resource, with the actor or the ids of the resource given. */
function askJoin(subject: Subject): void {
  const { random, model, world } = subject;
  const actor = anyActor(subject);
  const [near, far] = [random.pick(world.resourceTypes), random.pick(world.resourceTypes)];
  const ids = random.chance(0.5) ? [...new Set(random.picks(world.ids, 2))] : null;
  const expected: string[] = [];
  for (const inner of model.values(near).filter((value) => ids === null || ids.includes(value.id))) {
    for (const outer of model.values(far)) {
      if (!model.holds('linked', [inner, outer])) continue;
      for (const action of model.values('String')) {
        if (model.holds('allow', [actor, action, inner])) expected.push(rowText([action.id, inner.id, outer.id]));
      }
    }
  }
  compare(subject, { join: [actor, near, far, ids] }, [...new Set(expected)].sort(), () => {
    const rows = subject.engine.evaluateQuery(
      {
        calls: [
          { predicate: 'allow', variables: ['u', 'a', 'r'] },
          { predicate: 'linked', variables: ['r', 'o'] },
        ],
        constraints: new Map([
          ['u', { type: actor.type, ids: [actor.id] }],
          ['a', { type: 'String', ids: null }],
          ['r', { type: near, ids }],
          ['o', { type: far, ids: null }],
        ]),
      },
      subject.request,
    );
    const covered = new Set<string>();
    for (const row of rows) {
      expect(row.get('u')).toBe(actor.id);
      const spread = (name: string, type: string) => {
        const id = row.get(name) ?? null;
        return id === null ? model.values(type).map((value) => value.id) : [id];
      };
      for (const action of spread('a', 'String'))
        for (const inner of spread('r', near))
          for (const outer of spread('o', far)) covered.add(rowText([action, inner, outer]));
    }
    return [...covered].sort();
  });
}

function compare<T>(subject: Subject, question: unknown, expected: T, ask: () => T): void {
  const { tally, world } = subject;
  tally.asked += 1;
  if (expected === true || (Array.isArray(expected) && expected.length > 0)) tally.yes += 1;
  let actual: T;
  try {
    actual = ask();
  } catch (error) {
    if (error instanceof OsoError && error.code === 'EVAL_UNBOUNDED') {
      tally.unbounded += 1;
      return;
    }
    throw new Error(`seed ${world.seed}: ${JSON.stringify(question)}`, { cause: error });
  }
  const story = () =>
    [
      `seed ${world.seed}: ${JSON.stringify(question)}`,
      world.policy,
      ...world.facts.map((fact) => JSON.stringify(fact)),
      'context:',
      ...world.contextFacts.map((fact) => JSON.stringify(fact)),
    ].join('\n');
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual, story()).toEqual(expected);
}

/** Ids as the model would list them: a wildcard stands for every value of the type, strangers included. */
function cover(ids: readonly string[], type: string, model: ReferenceModel): string[] {
  expect(new Set(ids).size).toBe(ids.length);
  if (!ids.includes('*')) return [...ids].sort();
  return describeSet(model.values(type));
}

function describeSet(values: readonly Value[]): string[] {
  return values.map((value) => value.id).sort();
}

function rowText(ids: readonly string[]): string {
  return JSON.stringify(ids);
}

function anyActor({ world, random }: Subject): Value {
  const type = random.chance(0.8) ? 'User' : random.pick(world.actorTypes);
  return { type, id: random.pick(world.ids) };
}

function anyResource({ world, random }: Subject): Value {
  const type = random.chance(0.95) ? random.pick(world.resourceTypes) : 'User';
  return { type, id: random.pick(world.ids) };
}

/** The last action of a world is one that its policy does not know. */
function anyAction({ world, random }: Subject): string {
  return random.chance(0.05) ? 'unheard-of' : random.pick(world.actions.slice(0, -1));
}

test('a stranger is recognised by its id', () => {
  expect(isStranger({ type: 'User', id: `${STRANGER}1` })).toBe(true);
  expect(isStranger({ type: 'User', id: 'a' })).toBe(false);
});
