import { OsoError } from '../errors/oso-error.ts';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import { messageOf } from '../util/message-of.ts';
import { type Attempts, attemptFailed, attemptStarted, attemptSucceeded, NO_ATTEMPTS } from './attempts.ts';
import { retryAfterMsOf } from './build-process/job.ts';
import { delayAfterFailure, delayAfterSuccess } from './schedule.ts';

/** What one attempt found: new data that are served now, or the very content that is served already. */
export type SyncResult = 'downloaded' | 'unchanged';

export interface SyncLoopOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly intervalMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** One whole attempt. `isFirst` until one has ended. Its failures are thrown; it ends soon after an abort. */
  readonly attempt: (signal: AbortSignal, isFirst: boolean) => Promise<SyncResult>;
  /** After every attempt, also a failed one; an abort is none. */
  readonly onAttempt: (outcome: AttemptOutcome) => void;
}

export type AttemptOutcome =
  | { readonly ok: true; readonly result: SyncResult }
  | { readonly ok: false; readonly error: OsoError };

/** Copies now and then, for as long as its signal is not aborted. It never gives up and never runs two attempts at once. */
export interface SyncLoop {
  readonly attempts: Attempts;
  /** Starts at once. Resolves after the abort, when no attempt is running any more; never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** The outcome of the first attempt; undefined when the loop was aborted before. */
  readonly first: Promise<AttemptOutcome | undefined>;
  /**
   * Cuts the current wait short. While an attempt runs, one more follows it at once: what that one reads may be older than
   * what is asked for.
   */
  wake(): 'started' | 'queued';
}

export function createSyncLoop(options: SyncLoopOptions): SyncLoop {
  const { clock, log, intervalMs, random, onAttempt } = options;
  let resolveFirst: (outcome: AttemptOutcome | undefined) => void = () => {};
  const first = new Promise<AttemptOutcome | undefined>((resolve) => {
    resolveFirst = resolve;
  });
  let attempts = NO_ATTEMPTS;
  let wakeUp = new AbortController();
  let isQueued = false;

  async function attemptOnce(signal: AbortSignal): Promise<number> {
    const isFirst = attempts.lastAttemptAtMs === undefined;
    isQueued = false;
    attempts = attemptStarted(attempts, clock.nowMs());
    const outcome = await settle(() => options.attempt(signal, isFirst));
    if (signal.aborted) return 0;
    const delayMs = outcome.ok ? succeeded() : failed(outcome.error);
    tell(outcome);
    resolveFirst(outcome);
    return delayMs;
  }

  function succeeded(): number {
    const delayMs = delayAfterSuccess(intervalMs, random());
    attempts = attemptSucceeded(attempts, clock.nowMs(), clock.nowMs() + delayMs);
    return delayMs;
  }

  function failed(error: OsoError): number {
    const consecutive = attempts.consecutiveFailures + 1;
    const failure = { code: error.code, consecutive, retryAfterMs: retryAfterMsOf(error) };
    const delayMs = delayAfterFailure(failure, intervalMs, random());
    const atMs = clock.nowMs();
    attempts = attemptFailed(attempts, { code: error.code, message: error.message, atMs }, atMs + delayMs);
    return delayMs;
  }

  /** A listener that throws must not stop the loop. */
  function tell(outcome: AttemptOutcome): void {
    try {
      onAttempt(outcome);
    } catch (error) {
      log.error('a listener of the sync loop failed', { error: String(error) });
    }
  }

  async function wait(delayMs: number, signal: AbortSignal): Promise<void> {
    if (isQueued) return;
    wakeUp = new AbortController();
    await clock.sleep(delayMs, AbortSignal.any([signal, wakeUp.signal])).catch(() => {});
  }

  return {
    get attempts() {
      return attempts;
    },
    first,
    wake() {
      if (attempts.running) {
        isQueued = true;
        return 'queued';
      }
      wakeUp.abort();
      return 'started';
    },
    async run(signal) {
      while (!signal.aborted) {
        const delayMs = await attemptOnce(signal);
        if (!signal.aborted) await wait(delayMs, signal);
      }
      resolveFirst(undefined);
    },
  };
}

/** Every way to fail becomes an OsoError: whatever happens, the next attempt is scheduled. */
async function settle(attempt: () => Promise<SyncResult>): Promise<AttemptOutcome> {
  try {
    return { ok: true, result: await attempt() };
  } catch (error) {
    if (error instanceof OsoError) return { ok: false, error };
    const message = `the attempt broke: ${messageOf(error)}`;
    return { ok: false, error: new OsoError('CONTROL_PLANE_FAILED', message, { cause: error }) };
  }
}
