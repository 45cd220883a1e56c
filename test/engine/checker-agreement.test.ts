import { expect, test } from 'vitest';
import { authorizeBySolver } from '../../src/engine/authorize.ts';
import { Catalog } from '../../src/engine/catalog.ts';
import { Checker } from '../../src/engine/checker.ts';
import type { PlannedGoal } from '../../src/engine/engine.ts';
import { RequestState } from '../../src/engine/request-state.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import type { Fact } from '../../src/facts/fact.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { loadPolicy } from '../../src/program/load-policy.ts';
import { programOf, requestWith } from '../support/engine-world.ts';
import { givenSeed, Random } from '../support/random.ts';
import { type RandomWorld, randomWorld } from '../support/random-world.ts';
import { wideWorld } from '../support/wide-world.ts';

const WORLDS = Number(process.env['AGREEMENT_WORLDS'] ?? 300);
const FIRST_SEED = givenSeed ?? 50_001;
const QUESTIONS = 60;

test(`the checker never contradicts the solver, and answers most questions, in ${WORLDS} worlds from seed ${FIRST_SEED}`, () => {
  const tally = { asked: 0, answered: 0 };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + WORLDS; seed++) {
    const world = randomWorld(seed);
    const facts = [...world.facts, ...world.contextFacts];
    const first = compareIn(world, facts, tally);
    // Other facts, so that the same values have other handles, and plans in another order than questions give.
    compareIn(world, facts.slice(1 + (seed % 3)), tally, first.planned());
  }
  expect(tally.answered / tally.asked).toBeGreaterThan(0.8);
}, 300_000);

test(`nor in ${WORLDS} wide worlds from seed ${FIRST_SEED}`, () => {
  const tally = { asked: 0, answered: 0 };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + WORLDS; seed++) {
    const world = wideWorld(seed);
    if (!loadPolicy(world.sources).ok) continue;
    const facts = [...world.facts, ...world.contextFacts];
    const first = compareIn(world, facts, tally);
    compareIn(world, facts.slice(1 + (seed % 3)), tally, first.planned());
    // No fact mentions a value.
    compareIn(world, [{ predicate: 'sealed', args: [] }], tally);
  }
  expect(tally.answered / tally.asked).toBeGreaterThan(0.8);
}, 300_000);

function compareIn(
  world: RandomWorld,
  facts: readonly Fact[],
  tally: { asked: number; answered: number },
  planned: readonly PlannedGoal[] = [],
): Checker {
  const catalog = new Catalog(programOf(world.policy), createMemoryFacts(facts));
  const checker = new Checker(catalog);
  for (const goal of planned) checker.plan(goal);
  const random = new Random(world.seed);
  const request = requestWith({ unixTime: world.unixTime });
  for (let asked = 0; asked < QUESTIONS; asked++) {
    const question = {
      actor: { type: random.pick(world.actorTypes), id: random.pick(world.ids) },
      action: random.pick(world.actions),
      resource: { type: random.pick(world.resourceTypes), id: random.pick(world.ids) },
    };
    tally.asked++;
    const quick = checker.authorize(question, request);
    if (quick === undefined) continue;
    tally.answered++;
    const complete = solve(() => authorizeBySolver(question, new RequestState(catalog, request)));
    const isSame = complete === quick || complete === 'unbounded';
    expect(isSame, `seed ${world.seed}, ${JSON.stringify(question)}: checker ${quick}, solver ${complete}`).toBe(true);
  }
  return checker;
}

/** The solver may meet an unbounded negation that the checker had no need to look at. */
function solve(work: () => boolean): boolean | 'unbounded' {
  try {
    return work();
  } catch (error) {
    if (error instanceof OsoError && error.code === 'EVAL_UNBOUNDED') return 'unbounded';
    throw error;
  }
}
