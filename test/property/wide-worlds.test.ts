import { expect, test } from 'vitest';
import { givenSeed } from '../support/random.ts';
import { askWideWorld, newWideTally } from '../support/wide-questions.ts';

/*
 * The engine against the naive reference evaluator, on policies of any shape and questions of every form. `WIDE_WORLDS`
 * and `TEST_SEED` widen the search; every failure names its seed, and `TEST_SEED=n WIDE_WORLDS=1` replays it.
 */
const WORLDS = Number(process.env['WIDE_WORLDS'] ?? 60);
const FIRST_SEED = givenSeed ?? 1;

test(`the engine and the reference evaluator agree on ${WORLDS} wide worlds from seed ${FIRST_SEED}`, () => {
  const tally = newWideTally();
  for (let seed = FIRST_SEED; seed < FIRST_SEED + WORLDS; seed++) askWideWorld(seed, tally);
  console.log(`wide worlds: seeds from ${FIRST_SEED}, ${JSON.stringify(tally)}`);
  expect(tally.worlds).toBeGreaterThan(WORLDS * 0.7);
  expect(tally.yes / tally.asked).toBeGreaterThan(0.1);
}, 600_000);
