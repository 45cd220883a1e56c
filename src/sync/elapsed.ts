import type { Clock } from '../util/clock.ts';

/** Milliseconds since its making: the sleep of the machine counts, a jump of the wall clock does not. Never goes back. */
export type Elapsed = () => number;

/** Wall and monotonic clock part by more than this: a jump or a sleep. Slewing stays far below. */
const PARTED_MS = 1_000;

/** The clocks may part slowly; so often the uptime is asked in any case. */
const ASK_EVERY_MS = 60_000;

/**
 * The monotonic clock stands still while the machine sleeps, the uptime does not (CLOCK_BOOTTIME on Linux). Asking for
 * it costs a read of /proc, so it is asked when the clocks part, and now and then. `uptimeMs` is since boot.
 */
export function createElapsed(clock: Clock, uptimeMs: () => number): Elapsed {
  const [startMs, bootMs] = [clock.monotonicMs(), uptimeMs()];
  let askedAtMs = startMs;
  let distanceMs = clock.nowMs() - startMs;
  let sleptMs = 0;
  return () => {
    const monotonicMs = clock.monotonicMs();
    const distance = clock.nowMs() - monotonicMs;
    if (Math.abs(distance - distanceMs) > PARTED_MS || monotonicMs - askedAtMs > ASK_EVERY_MS) {
      askedAtMs = monotonicMs;
      distanceMs = distance;
      const slept = uptimeMs() - bootMs - (monotonicMs - startMs);
      if (slept >= PARTED_MS) sleptMs = Math.max(sleptMs, slept);
    }
    return monotonicMs - startMs + sleptMs;
  };
}
