import { OsoError } from '../errors/oso-error.ts';
import type { Clock } from '../util/clock.ts';
import { printDuration } from '../util/duration.ts';

/** Watches waits for the control plane, and only those: work of our own may take its time. */
export interface StallGuard {
  /** Aborted by the caller's signal, or with CONTROL_PLANE_UNREACHABLE when a watched wait shows no progress. */
  readonly signal: AbortSignal;
  /** Something has arrived. */
  onProgress(): void;
  /** Runs a wait, which must end soon after `signal` is aborted. Resolves or rejects as it does. */
  watch<T>(wait: () => Promise<T>): Promise<T>;
}

export interface StallGuardOptions {
  readonly clock: Clock;
  /** Longest time between two signs of progress; undefined: for ever. */
  readonly limitMs: number | undefined;
  readonly signal: AbortSignal;
}

export function createStallGuard({ clock, limitMs, signal }: StallGuardOptions): StallGuard {
  if (limitMs === undefined) return { signal, onProgress: () => {}, watch: (wait) => wait() };
  const stalled = new AbortController();
  let lastMs = 0;

  async function abortWhenStalled(limit: number, done: AbortSignal): Promise<void> {
    for (let leftMs = limit; leftMs > 0; leftMs = lastMs + limit - clock.monotonicMs()) {
      await clock.sleep(leftMs, done);
    }
    const message = `no progress from the control plane for ${printDuration(limit)}`;
    stalled.abort(new OsoError('CONTROL_PLANE_UNREACHABLE', message));
  }

  const onProgress = () => {
    lastMs = clock.monotonicMs();
  };
  return {
    signal: AbortSignal.any([signal, stalled.signal]),
    onProgress,
    async watch(wait) {
      onProgress();
      const done = new AbortController();
      const watching = abortWhenStalled(limitMs, done.signal).catch(() => {});
      try {
        return await wait();
      } finally {
        done.abort();
        await watching;
      }
    },
  };
}
