import assert from 'node:assert/strict';
import { runPolicyTests } from '../../src/engine/run-policy-tests.ts';
import type { Value } from '../../src/facts/fact.ts';
import { loadPolicy } from '../../src/program/load-policy.ts';
import { isStranger } from './least-model.ts';
import type { Random } from './random.ts';
import type { ReferenceModel } from './reference-evaluator.ts';
import type { WideWorld } from './wide-world.ts';

const ASSERTIONS = 12;
const PRIMITIVE_TYPES = new Set(['String', 'Integer', 'Boolean']);

/** The types of values that a variable of a type stands for. */
type TypesUnder = (type: string) => readonly string[];

/** The world as a test of its own policy: what the model says is asserted, and all of it must pass. */
export function runAsPolicyTest(
  world: WideWorld,
  { model, random, typesUnder }: { model: ReferenceModel; random: Random; typesUnder: TypesUnder },
): void {
  const facts = [...world.facts, ...world.contextFacts];
  const setup = facts.map(({ predicate, args }) => `${predicate}(${args.map(literal).join(', ')});`);
  const assertions = Array.from({ length: ASSERTIONS }, () => assertion(world, { model, random, typesUnder }));
  const text = `${world.policy}\ntest "all" { setup { ${setup.join(' ')} } ${assertions.join(' ')} }`;
  const loaded = loadPolicy([{ name: `wide-${world.seed}.polar`, text }]);
  if (!loaded.ok) assert.fail(`seed ${world.seed}: ${loaded.errors.map(({ message }) => message).join('; ')}\n${text}`);
  const { errors } = runPolicyTests(loaded.program, {
    unixTime: world.unixTime,
    budget: { maxSteps: 5_000_000, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => 0 },
  });
  const failed = errors.filter(({ message }) => !message.includes('unbounded'));
  assert.deepEqual(failed, [], `seed ${world.seed}\n${text}`);
}

function assertion(
  world: WideWorld,
  { model, random, typesUnder }: { model: ReferenceModel; random: Random; typesUnder: TypesUnder },
): string {
  const { name, types } = random.pick(world.predicates.filter((predicate) => predicate.name !== 'unheard_of'));
  const open = random.chance(0.6) ? random.below(types.length) : -1;
  const values = types.map((type) => random.pick(namedValues(world, typesUnder(type))));
  const holds = (args: readonly Value[]) => model.holds(name, args);
  const wanted = types[open];
  if (wanted === undefined) {
    return `${holds(values) ? 'assert' : 'assert_not'} ${name}(${values.map(literal).join(', ')});`;
  }
  const type = random.pick([wanted, wanted, ...(PRIMITIVE_TYPES.has(wanted) ? [] : ['Actor', 'Resource'])]);
  const found = typesUnder(type)
    .flatMap((concrete) => model.values(concrete))
    .filter((value) => holds(values.with(open, value)));
  const head = `${name}(${values.map((value, at) => (at === open ? `x: ${type}` : literal(value))).join(', ')})`;
  if (found.length === 0 && random.chance(0.5)) return `assert_not ${head};`;
  if (found.some(isStranger)) return `assert ${head};`;
  return `assert ${head} iff x in [${found.map(literal).join(', ')}];`;
}

function namedValues({ values }: WideWorld, types: readonly string[]): readonly Value[] {
  return values.filter((value) => types.includes(value.type) && !isStranger(value));
}

function literal({ type, id }: Value): string {
  if (type === 'Integer' || type === 'Boolean') return id;
  return type === 'String' ? JSON.stringify(id) : `${type}{${JSON.stringify(id)}}`;
}
