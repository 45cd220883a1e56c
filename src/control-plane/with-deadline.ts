import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../util/clock.ts';

export interface Deadline {
  readonly clock: Clock;
  readonly afterMs: number;
  /** Called once when the time is over; it makes the work fail. */
  readonly expire: () => void;
}

/**
 * Settles as `work` does, and leaves no timer behind. In a process that goes on after it was stopped, timers fire before what
 * has come meanwhile is read: so it is read first.
 */
export async function withDeadline<T>(work: Promise<T>, { clock, afterMs, expire }: Deadline): Promise<T> {
  const done = new AbortController();
  clock
    .sleep(afterMs, done.signal)
    .then(() => nextTurn())
    .then(
      () => done.signal.aborted || expire(),
      () => {},
    );
  try {
    return await work;
  } finally {
    // Without a reason each call would make an exception with its stack: one for every piece of a body.
    done.abort('done');
  }
}
