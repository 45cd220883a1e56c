import { OsoError } from '../errors/oso-error.ts';
import { shortageError } from '../errors/shortage.ts';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import { messageOf } from '../util/message-of.ts';
import { type Attempts, attemptFailed, attemptStarted, attemptSucceeded, NO_ATTEMPTS } from './attempts.ts';
import { retryAfterMsOf } from './build-process/job.ts';
import type { Elapsed } from './elapsed.ts';
import { delayAfterFailure, delayAfterSuccess } from './schedule.ts';

/** A timer stands still while the machine sleeps, so it is looked at so often how much time is left. */
const LOOK_EVERY_MS = 60_000;

/** What one attempt found: new data that are served now, or the very content that is served already. */
export type SyncResult = 'downloaded' | 'unchanged';

export interface SyncLoopOptions {
  readonly clock: Clock;
  readonly elapsed: Elapsed;
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
  /** Starts after `delayMs`. Resolves after the abort, when no attempt is running any more; never rejects. */
  run(signal: AbortSignal, delayMs: number): Promise<void>;
  /** The outcome of the first attempt; undefined when the loop was aborted before. */
  readonly first: Promise<AttemptOutcome | undefined>;
  /**
   * Cuts the current wait short. While an attempt runs, one more follows it at once: what that one reads may be older than
   * what is asked for.
   */
  wake(): 'started' | 'queued';
}

export function createSyncLoop(options: SyncLoopOptions): SyncLoop {
  const { clock, elapsed, log, intervalMs, random, onAttempt } = options;
  let resolveFirst: (outcome: AttemptOutcome | undefined) => void = () => {};
  const first = new Promise<AttemptOutcome | undefined>((resolve) => {
    resolveFirst = resolve;
  });
  let attempts = NO_ATTEMPTS;
  let wakeUp = new AbortController();
  let isQueued = false;
  /** When the next attempt is due, by `elapsed`. */
  let dueMs: number | undefined;

  async function attemptOnce(signal: AbortSignal): Promise<void> {
    const isFirst = attempts.lastAttemptAtMs === undefined;
    isQueued = false;
    dueMs = undefined;
    wakeUp = new AbortController();
    attempts = attemptStarted(attempts, clock.nowMs());
    const outcome = await settle(() => options.attempt(signal, isFirst));
    if (signal.aborted) return;
    const delayMs = outcome.ok ? succeeded() : failed(outcome.error);
    dueMs = elapsed() + delayMs;
    tell(outcome);
    resolveFirst(outcome);
  }

  function succeeded(): number {
    attempts = attemptSucceeded(attempts, clock.nowMs());
    return delayAfterSuccess(intervalMs, random());
  }

  function failed(error: OsoError): number {
    const consecutive = attempts.consecutiveFailures + 1;
    const failure = { code: error.code, consecutive, retryAfterMs: retryAfterMsOf(error) };
    attempts = attemptFailed(attempts, { code: error.code, message: error.message, atMs: clock.nowMs() });
    return delayAfterFailure(failure, intervalMs, random());
  }

  /** A listener that throws must not stop the loop. */
  function tell(outcome: AttemptOutcome): void {
    try {
      onAttempt(outcome);
    } catch (error) {
      log.error('a listener of the sync loop failed', { error: String(error) });
    }
  }

  async function wait(signal: AbortSignal): Promise<void> {
    if (isQueued) return;
    const stop = AbortSignal.any([signal, wakeUp.signal]);
    while (!stop.aborted && leftMs() > 0) await clock.sleep(Math.min(leftMs(), LOOK_EVERY_MS), stop).catch(() => {});
  }

  function leftMs(): number {
    return dueMs === undefined ? 0 : Math.max(0, dueMs - elapsed());
  }

  return {
    get attempts() {
      return { ...attempts, nextAttemptAtMs: dueMs === undefined ? undefined : clock.nowMs() + leftMs() };
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
    async run(signal, delayMs) {
      dueMs = elapsed() + delayMs;
      while (!signal.aborted) {
        await wait(signal);
        if (!signal.aborted) await attemptOnce(signal);
      }
      dueMs = undefined;
      attempts = { ...attempts, running: false };
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
    return { ok: false, error: shortageError(error) ?? new OsoError('COPY_FAILED', message, { cause: error }) };
  }
}
