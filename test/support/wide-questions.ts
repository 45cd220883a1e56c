import assert from 'node:assert/strict';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { ConjunctiveQuery, Engine, FactPattern, RequestContext, ValuePattern } from '../../src/engine/engine.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import type { Value } from '../../src/facts/fact.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { parsePolicy } from '../../src/polar/parser.ts';
import { loadPolicy } from '../../src/program/load-policy.ts';
import { requestWith } from './engine-world.ts';
import { TooManyLooks } from './least-model.ts';
import { Random } from './random.ts';
import { type ReferenceModel, referenceModel } from './reference-evaluator.ts';
import { sourceModel } from './source-evaluator.ts';
import { readSource } from './source-formula.ts';
import { runAsPolicyTest } from './wide-tests.ts';
import { FAMILIES } from './wide-vocabulary.ts';
import { type WideWorld, wideWorld } from './wide-world.ts';

export interface WideTally {
  worlds: number;
  refused: number;
  /** For the reference evaluator. */
  tooLarge: number;
  asked: number;
  unbounded: number;
  yes: number;
}

export function newWideTally(): WideTally {
  return { worlds: 0, refused: 0, tooLarge: 0, asked: 0, unbounded: 0, yes: 0 };
}

interface Subject {
  readonly world: WideWorld;
  readonly model: ReferenceModel;
  /** All facts stored, and those of the context with the request. */
  readonly ways: readonly { readonly engine: Engine; readonly request: RequestContext }[];
  readonly random: Random;
  readonly tally: WideTally;
}

const QUESTIONS = 40;
const MAX_LOOKS = 600_000;

/** Throws where the engine says something else than the model. */
export function askWideWorld(seed: number, tally: WideTally): void {
  const world = wideWorld(seed);
  const loaded = loadPolicy(world.sources);
  if (!loaded.ok) {
    const codes = new Set(loaded.errors.map((error) => error.code));
    assert.deepEqual([...codes], ['POLAR_NEGATION'], `seed ${seed}\n${world.policy}`);
    tally.refused += 1;
    return;
  }
  const { program } = loaded;
  const all = [...world.facts, ...world.contextFacts];
  const { contextFacts, unixTime } = world;
  const source = readSource(parsePolicy([{ name: 'wide.polar', text: world.policy }]));
  const mentioned = [...world.values, ...source.values];
  const model = unlessTooLarge(() => {
    const found = referenceModel({ program, facts: all, mentioned, unixTime, maxLooks: MAX_LOOKS });
    const written = sourceModel({ program: source, facts: all, domain: found.domain, unixTime, maxLooks: MAX_LOOKS });
    expectSame(found.atoms.texts(), written.texts(), `seed ${seed}\n${world.policy}\n${JSON.stringify(all)}`);
    return found;
  });
  if (model === undefined) {
    tally.tooLarge += 1;
    return;
  }
  const subject: Subject = {
    world,
    model,
    ways: [
      { engine: createEngine(program, createMemoryFacts(all)), request: requestWith({ unixTime }) },
      {
        engine: createEngine(program, createMemoryFacts(world.facts)),
        request: requestWith({ unixTime, contextFacts }),
      },
    ],
    random: new Random(seed + 5),
    tally,
  };
  tally.worlds += 1;
  const types = new Set(model.domain.map(({ type }) => type));
  const typesUnder = (wanted: string) => [...types].filter((type) => source.conforms(type, wanted));
  runAsPolicyTest(world, { model, random: subject.random, typesUnder });
  const questions = [askAuthorize, askList, askActions, askPattern, askPattern, askConjunction, askConjunction];
  for (let n = 0; n < QUESTIONS; n++) subject.random.pick(questions)(subject);
}

function unlessTooLarge<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof TooManyLooks) return undefined;
    throw error;
  }
}

/** The program and the text mean the same. */
function expectSame(program: readonly string[], source: readonly string[], story: string): void {
  if (program.length === source.length && program.every((text, at) => text === source[at])) return;
  const [inProgram, inSource] = [new Set(program), new Set(source)];
  const more = program.filter((text) => !inSource.has(text)).slice(0, 5);
  const less = source.filter((text) => !inProgram.has(text)).slice(0, 5);
  assert.fail(`the program says more: ${more.join('; ')}, and less: ${less.join('; ')}\n${story}`);
}

function askAuthorize(subject: Subject): void {
  const [actor, action, resource] = [anyActor(subject), anyAction(subject), anyThing(subject)];
  const holds = subject.model.holds('allow', [actor, action, resource]);
  const question = { actor, action: action.id, resource };
  compare(subject, { authorize: question }, [holds], holds, (engine, request) => [engine.authorize(question, request)]);
}

function askList(subject: Subject): void {
  const [actor, action, { type }] = [anyActor(subject), anyAction(subject), anyThing(subject)];
  const ids = idsOf(subject, type, (value) => [actor, action, value]);
  compare(subject, { list: [actor, action.id, type] }, ids, ids.length > 0, (engine, request) =>
    spread(subject, type, engine.list({ actor, action: action.id, resourceType: type }, request)),
  );
}

function askActions(subject: Subject): void {
  const [actor, resource] = [anyActor(subject), anyThing(subject)];
  const ids = idsOf(subject, 'String', (value) => [actor, value, resource]);
  compare(subject, { actions: [actor, resource] }, ids, ids.length > 0, (engine, request) =>
    spread(subject, 'String', engine.actions({ actor, resource }, request)),
  );
}

function idsOf({ model }: Subject, type: string, args: (value: Value) => readonly Value[]): string[] {
  const values = model.values(type).filter((value) => model.holds('allow', args(value)));
  return values.map(({ id }) => id).sort();
}

function spread({ model }: Subject, type: string, ids: readonly string[]): string[] {
  assert.equal(new Set(ids).size, ids.length);
  return ids.includes('*')
    ? model
        .values(type)
        .map(({ id }) => id)
        .sort()
    : [...ids].sort();
}

/** Query v1: each argument a value, of one type, or anything. */
function askPattern(subject: Subject): void {
  const { random, model } = subject;
  const predicate = random.pick(subject.world.predicates);
  let isUntyped = false;
  const args = predicate.types.map((type): ValuePattern => {
    const kind = random.below(10);
    if (kind < 4) return anyValue(subject, random.chance(0.8) ? type : undefined);
    if (kind < 9 || isUntyped) return { type: anyValue(subject, random.chance(0.9) ? type : undefined).type, id: null };
    isUntyped = true;
    return { type: null, id: null };
  });
  const pattern: FactPattern = { predicate: predicate.name, args };
  const rows = product(args.map((arg) => valuesOf(subject, arg))).filter((row) => model.holds(predicate.name, row));
  compareRows(subject, { query: pattern }, rows, (engine, request) =>
    engine.query(pattern, request).map((answer) => answer.args),
  );
}

/** Query builder: up to three conditions over a few variables, some of them with ids. */
function askConjunction(subject: Subject): void {
  const { random, world, model } = subject;
  const types = new Map<string, string>();
  const calls = Array.from({ length: 1 + random.below(3) }, () => {
    const predicate = random.pick(world.predicates);
    return { predicate: predicate.name, variables: predicate.types.map((type) => variableFor(subject, type, types)) };
  });
  if (types.size > 4) return;
  const constraints = new Map(
    [...types].map(([name, type]) => {
      const ids = [...new Set(Array.from({ length: random.below(3) }, () => anyValue(subject, type).id))];
      return [name, { type, ids: random.chance(0.5) ? null : ids }] as const;
    }),
  );
  const query: ConjunctiveQuery = { calls, constraints };
  const names = [...constraints.keys()];
  const choices = names.map((name) => {
    const { type, ids } = constraints.get(name) as { type: string; ids: readonly string[] | null };
    return ids === null ? model.values(type) : ids.map((id) => ({ type, id }));
  });
  const rows = product(choices).filter((row) =>
    calls.every(({ predicate, variables }) =>
      model.holds(
        predicate,
        variables.map((name) => row[names.indexOf(name)] as Value),
      ),
    ),
  );
  const question = { calls, constraints: Object.fromEntries(constraints) };
  compareRows(subject, { query: question }, rows, (engine, request) =>
    engine.evaluateQuery(query, request).map((row) => {
      assert.deepEqual([...row.keys()].sort(), [...names].sort());
      return names.map((name) => ({ type: types.get(name) as string, id: row.get(name) as string | null }));
    }),
  );
}

function variableFor(subject: Subject, type: string, types: Map<string, string>): string {
  const { random } = subject;
  const concrete = anyValue(subject, random.chance(0.95) ? type : undefined).type;
  const known = [...types].filter(([, other]) => other === concrete).map(([name]) => name);
  if (known.length > 0 && random.chance(0.6)) return random.pick(known);
  const name = `x${types.size}`;
  types.set(name, concrete);
  return name;
}

/**
 * Answers with wildcards cover rows. Two wildcards of one answer may stand for the same value only (polar reference,
 * 12.24), which the answer does not say: such an answer may cover too much, and need not be believed alone.
 */
function compareRows(
  subject: Subject,
  question: unknown,
  expected: readonly (readonly Value[])[],
  ask: (engine: Engine, request: RequestContext) => readonly (readonly ValuePattern[])[],
): void {
  const wanted = expected.map(textOf).sort();
  compare(subject, question, wanted, wanted.length > 0, (engine, request) => {
    const answers = ask(engine, request);
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, answers.length, 'repeated answers');
    const isWanted = new Set(wanted);
    const covered = answers.flatMap((answer) => {
      const rows = product(answer.map((arg) => valuesOf(subject, arg))).map(textOf);
      return maySayTooMuch(answer) ? rows.filter((row) => isWanted.has(row)) : rows;
    });
    return [...new Set(covered)].sort();
  });
}

function maySayTooMuch(answer: readonly ValuePattern[]): boolean {
  const types = answer.filter(({ id }) => id === null).map(({ type }) => type);
  return types.length > 1 && (types.includes(null) || new Set(types).size < types.length);
}

const TYPES = [...new Set([...FAMILIES.values()].flat())];

function valuesOf({ model }: Subject, { type, id }: ValuePattern): readonly Value[] {
  if (type !== null && id !== null) return [{ type, id }];
  return type === null ? TYPES.flatMap((each) => model.values(each)) : model.values(type);
}

function product(choices: readonly (readonly Value[])[]): readonly (readonly Value[])[] {
  let rows: readonly (readonly Value[])[] = [[]];
  for (const values of choices) rows = rows.flatMap((row) => values.map((value) => [...row, value]));
  return rows;
}

function textOf(row: readonly ValuePattern[]): string {
  return JSON.stringify(row.map(({ type, id }) => [type, id]));
}

function anyActor(subject: Subject): Value {
  return anyValue(subject, subject.random.chance(0.9) ? 'User' : undefined);
}

function anyAction(subject: Subject): Value {
  const { random, world } = subject;
  return random.chance(0.8) ? { type: 'String', id: random.pick(world.actions) } : anyValue(subject, 'String');
}

function anyThing(subject: Subject): Value {
  return anyValue(subject, subject.random.chance(0.9) ? 'Thing' : undefined);
}

/** Of a type that the policy could declare for it, or of any. */
function anyValue({ world, random }: Subject, type?: string): Value {
  const own = world.values.filter((value) => value.type === type);
  const under = type === 'Thing' || type === 'Tagged' || type === 'User' ? (FAMILIES.get(type) ?? []) : [];
  const wider = world.values.filter((value) => under.includes(value.type));
  const choices = random.chance(0.5) && wider.length > 0 ? wider : own;
  return random.pick(choices.length > 0 ? choices : world.values);
}

function compare<T>(
  { world, ways, tally }: Subject,
  question: unknown,
  expected: readonly T[],
  isYes: boolean,
  ask: (engine: Engine, request: RequestContext) => readonly T[],
): void {
  for (const [number, { engine, request }] of ways.entries()) {
    tally.asked += 1;
    if (isYes) tally.yes += 1;
    const story = () =>
      [
        `seed ${world.seed}, way ${number}: ${JSON.stringify(question)}`,
        world.policy,
        ...world.facts.map((fact) => JSON.stringify(fact)),
        'context:',
        ...world.contextFacts.map((fact) => JSON.stringify(fact)),
      ].join('\n');
    let actual: readonly T[];
    try {
      actual = ask(engine, request);
    } catch (error) {
      if (error instanceof OsoError && error.code === 'EVAL_UNBOUNDED') tally.unbounded += 1;
      else throw new Error(story(), { cause: error });
      continue;
    }
    if (JSON.stringify(actual) !== JSON.stringify(expected)) assert.deepEqual(actual, expected, story());
  }
}
