import { MAX_DURATION_MS } from './duration.ts';

/** Time as an input, so that everything above can be tested without waiting. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch, UTC. It may jump; use it for dates, never for deadlines. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start, the same for all threads. It never goes back; use it for deadlines and durations. */
  monotonicMs(): number;
  /** Resolves after `ms`, or rejects with the signal's reason when `signal` is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** `performance.now()` begins with its thread; this is how much later than the clock of the machine. */
const THREAD_STARTED_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** The real clock. The only place of the project that reads time or sets a timer. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => THREAD_STARTED_MS + performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      let leftMs = ms;
      let timer: NodeJS.Timeout;
      const wait = () => {
        const partMs = Math.min(leftMs, MAX_DURATION_MS);
        leftMs -= partMs;
        timer = setTimeout(leftMs > 0 ? wait : wake, partMs);
      };
      const wake = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      wait();
    }),
};
