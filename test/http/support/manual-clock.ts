import type { Clock } from '../../../src/util/clock.ts';

/** Time that moves only when told. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function createManualClock(startMs = 1_700_000_000_000): ManualClock {
  let elapsedMs = 0;
  const sleepers = new Set<{ readonly untilMs: number; wake(): void }>();
  return {
    nowMs: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const sleeper = { untilMs: elapsedMs + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    advance(ms) {
      elapsedMs += ms;
      for (const sleeper of sleepers) {
        if (sleeper.untilMs > elapsedMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}
