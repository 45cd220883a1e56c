import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { AuthorizeQuestion, Engine } from '../../src/engine/engine.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import type { Fact, Value } from '../../src/facts/fact.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import type { Literal, Program } from '../../src/program/program.ts';
import { programOf, requestWith } from '../support/engine-world.ts';
import { Random } from '../support/random.ts';
import { type RandomWorld, randomWorld } from '../support/random-world.ts';

/* What must stay the same when a world is told in another way. */

const RUNS = { numRuns: 60 };
const worlds = fc.integer({ min: 1, max: 2 ** 30 }).map((seed) => randomWorld(seed));

/** Every decision, list and set of actions about a world, errors included: what two tellings must agree on. */
function outcomes(engine: Engine, world: RandomWorld, contextFacts: readonly Fact[] = []): Record<string, unknown> {
  const request = requestWith({ unixTime: world.unixTime, contextFacts });
  const found = new Map<string, unknown>();
  for (const actor of things(world.actorTypes, world.ids.slice(-3))) {
    for (const resource of things(world.resourceTypes, world.ids.slice(0, 2))) {
      found.set(
        `${name(actor)} ${name(resource)}`,
        attempt(() => engine.actions({ actor, resource }, request)),
      );
      for (const action of world.actions) {
        const ask = () => engine.authorize({ actor, action, resource }, request);
        found.set(`${name(actor)} ${action} ${name(resource)}`, attempt(ask));
      }
    }
    for (const resourceType of world.resourceTypes) {
      const ask = () => engine.list({ actor, action: world.actions[0] ?? '', resourceType }, request);
      found.set(`${name(actor)} lists ${resourceType}`, attempt(ask));
    }
  }
  return Object.fromEntries(found);
}

function engineOf(world: RandomWorld, facts: readonly Fact[]): Engine {
  return createEngine(programOf(world.policy), createMemoryFacts(facts));
}

function things(types: readonly string[], ids: readonly string[]): readonly Value[] {
  return types.flatMap((type) => ids.map((id) => ({ type, id })));
}

function name({ type, id }: Value): string {
  return JSON.stringify([type, id]);
}

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof OsoError) return error.code;
    throw error;
  }
}

test('order and repetition of facts do not matter', () => {
  const property = fc.property(worlds, fc.infiniteStream(fc.nat()), (world, numbers) => {
    const facts = world.facts.map((fact) => [numbers.next().value, fact] as const).sort(([a], [b]) => a - b);
    const shuffled = facts.flatMap(([number, fact]) => (number % 3 === 0 ? [fact, fact] : [fact]));
    expect(outcomes(engineOf(world, shuffled), world)).toEqual(outcomes(engineOf(world, world.facts), world));
  });
  fc.assert(property, RUNS);
});

test('facts about things that no question is about do not matter', () => {
  const property = fc.property(worlds, (world) => {
    const unrelated = world.facts.map(({ predicate, args }) => ({
      predicate,
      args: args.map(({ type, id }) => ({
        type,
        id: type === 'String' || type === 'Integer' ? id : `unrelated ${id}`,
      })),
    }));
    const before = outcomes(engineOf(world, world.facts), world);
    const after = outcomes(engineOf(world, [...world.facts, ...unrelated]), world);
    for (const [question, outcome] of Object.entries(after)) {
      if (!question.includes(' lists ')) expect(outcome, question).toEqual(before[question]);
    }
  });
  fc.assert(property, RUNS);
});

test('a context fact is a stored fact for one request', () => {
  const property = fc.property(worlds, fc.nat(), (world, cut) => {
    const at = cut % (world.facts.length + 1);
    const engine = engineOf(world, world.facts.slice(0, at));
    const without = outcomes(engine, world);
    expect(outcomes(engine, world, world.facts.slice(at))).toEqual(outcomes(engineOf(world, world.facts), world));
    expect(outcomes(engine, world)).toEqual(without);
  });
  fc.assert(property, RUNS);
});

test('many context facts are found like few', () => {
  const property = fc.property(worlds, (world) => {
    const noise = Array.from({ length: 40 }, (_, number) => ({
      predicate: 'has_role',
      args: [
        { type: 'User', id: `noise ${number}` },
        { type: 'String', id: 'member' },
        { type: 'Org', id: 'noise' },
      ],
    }));
    const stored = outcomes(engineOf(world, [...world.facts, ...noise]), world);
    expect(outcomes(engineOf(world, []), world, [...noise, ...world.facts])).toEqual(stored);
  });
  fc.assert(property, RUNS);
});

test('authorize, list and actions tell the same story', () => {
  const property = fc.property(worlds, (world) => {
    const engine = engineOf(world, world.facts);
    const random = new Random(world.seed);
    for (let asked = 0; asked < 12; asked++) {
      const actor = { type: random.pick(world.actorTypes), id: random.pick(world.ids) };
      const resource = { type: random.pick(world.resourceTypes), id: random.pick(world.ids) };
      expectOneStory(engine, { actor, action: random.pick(world.actions), resource }, world.unixTime);
    }
  });
  fc.assert(property, RUNS);
});

function expectOneStory(engine: Engine, question: AuthorizeQuestion, unixTime: bigint): void {
  const { actor, action, resource } = question;
  const request = requestWith({ unixTime });
  const isAllowed = attempt(() => engine.authorize(question, request));
  const ids = attempt(() => engine.list({ actor, action, resourceType: resource.type }, request));
  const names = attempt(() => engine.actions({ actor, resource }, request));
  const kept = attempt(() => engine.authorizeResources({ actor, action, resources: [resource] }, request));
  const covers = (answer: unknown, id: string) =>
    Array.isArray(answer) ? answer.includes(id) || answer.includes('*') : isAllowed;
  expect(covers(ids, resource.id)).toBe(isAllowed);
  expect(covers(names, action)).toBe(isAllowed);
  if (Array.isArray(kept)) expect(kept).toEqual(isAllowed ? [resource] : []);
}

test('without negation, more facts never take a permission away', () => {
  const property = fc.property(worlds, (world) => {
    const program = programOf(world.policy);
    fc.pre(!program.rules.some(({ body }) => body.some(negates)));
    const few = outcomes(createEngine(program, createMemoryFacts(world.facts)), world);
    const more = outcomes(createEngine(program, createMemoryFacts([...world.facts, ...world.contextFacts])), world);
    for (const [question, outcome] of Object.entries(few)) if (outcome === true) expect(more[question]).toBe(true);
  });
  fc.assert(property, RUNS);
});

function negates(literal: Literal): boolean {
  return literal.kind === 'not';
}

test('other names for all ids give the same answers under other names', () => {
  const rename = (id: string) => `renamed ${id}`;
  const property = fc.property(worlds, (world) => {
    const isObject = ({ type }: Value) => type !== 'String' && type !== 'Integer' && type !== 'Boolean';
    const renameValue = (value: Value) => (isObject(value) ? { ...value, id: rename(value.id) } : value);
    const program = programOf(world.policy);
    const renamed: Program = { ...program, rules: program.rules.map((rule) => renameValues(rule, renameValue)) };
    const facts = world.facts.map(({ predicate, args }) => ({ predicate, args: args.map(renameValue) }));
    const request = requestWith({ unixTime: world.unixTime });
    const [one, other] = [engineOf(world, world.facts), createEngine(renamed, createMemoryFacts(facts))];
    for (const actor of things(world.actorTypes, world.ids)) {
      for (const resource of things(world.resourceTypes, world.ids)) {
        const before = attempt(() => one.actions({ actor, resource }, request));
        const after = attempt(() =>
          other.actions({ actor: renameValue(actor), resource: renameValue(resource) }, request),
        );
        expect(after).toEqual(before);
      }
      const question = { actor, action: world.actions[0] ?? '', resourceType: world.resourceTypes[0] ?? '' };
      const before = attempt(() => one.list(question, request));
      const after = attempt(() => other.list({ ...question, actor: renameValue(actor) }, request));
      const expected = Array.isArray(before) ? new Set(before.map((id) => (id === '*' ? id : rename(id)))) : before;
      expect(Array.isArray(after) ? new Set(after) : after).toEqual(expected);
    }
  });
  fc.assert(property, RUNS);
});

/** Any part of a rule with its values replaced. */
function renameValues<Part>(part: Part, renameValue: (value: Value) => Value): Part {
  return JSON.parse(JSON.stringify(part, replacer), reviver);

  function replacer(_key: string, value: unknown): unknown {
    if (value instanceof Set) return { set: [...value] };
    return isValueTerm(value) ? { ...value, value: renameValue(value.value) } : value;
  }

  function reviver(_key: string, value: unknown): unknown {
    return typeof value === 'object' && value !== null && 'set' in value && Array.isArray(value.set)
      ? new Set(value.set)
      : value;
  }
}

function isValueTerm(part: unknown): part is { kind: 'value'; value: Value } {
  return typeof part === 'object' && part !== null && 'kind' in part && part.kind === 'value';
}
