import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Engine } from '../engine/engine.ts';
import type { Clock } from '../util/clock.ts';

/** Arbitrary; the policy of the example needs fifty. */
const MOST_PLANS = 1_000;
/** New data do not wait longer for plans; whoever asks makes those that are missing. */
const MOST_MS = 2_000;

/**
 * Has an engine make the plans that the one before it has made, one in each turn of the event loop: otherwise the first
 * requests on new data would, all in one turn. Never fails: what goes wrong here, a question meets again and is told.
 */
export async function warmUp(
  engine: Engine,
  before: Engine | undefined,
  clock: Pick<Clock, 'monotonicMs'>,
): Promise<void> {
  const untilMs = clock.monotonicMs() + MOST_MS;
  try {
    for (const goal of before?.planned().slice(0, MOST_PLANS) ?? []) {
      await nextTurn();
      if (clock.monotonicMs() >= untilMs) return;
      engine.plan(goal);
    }
  } catch {}
}
