import fc from 'fast-check';
import { expect, test } from 'vitest';
import { givenSeed, seedOf } from '../support/random.ts';
import { lives } from '../sync/life/events.ts';
import { live } from '../sync/life/live.ts';
import { isFull, sized } from './support/soak-size.ts';

/*
 * The life of a node's data, whatever happens to cloud, clocks, disk and node in whatever order, held against what the
 * documents promise (sync/life/model.ts). `npm test` has the same lives each time, `npm run soak` others; `LIVES` and `TEST_SEED`
 * widen the search. One that fails is printed and shrunk.
 */
const LIVES = Number(process.env['LIVES'] ?? sized(40, 2_000));

test('random lives of data keep what is promised, and get well', async (context) => {
  const seed = isFull ? seedOf(context) : (givenSeed ?? 1);
  let events = 0;
  const property = fc.asyncProperty(lives, async (life) => {
    events += life.length;
    await live(life);
  });
  await fc.assert(property, { numRuns: LIVES, seed, includeErrorInReport: true });
  expect(events).toBeGreaterThan(LIVES);
  context.task.meta.measured = `${LIVES} lives, ${events} events, seed ${seed}`;
});
