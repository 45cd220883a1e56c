import type { ErrorCode } from '../errors/codes.ts';

/** Part of the interval by which nodes that started together drift apart. */
const JITTER = 0.1;

/** First bound of the backoff; it doubles with each failure in a row. */
const BACKOFF_BASE_MS = 5_000;
/** Last bound of the backoff: an outage that ends is noticed within five minutes. */
const BACKOFF_CAP_MS = 5 * 60_000;
/** A backoff of nearly zero, which full jitter allows, would be a busy loop. */
const LEAST_DELAY_MS = 1_000;

/** What a server may ask for with `Retry-After`; anything else is not believed. */
const RETRY_AFTER_LEAST_MS = 1_000;
const RETRY_AFTER_MOST_MS = 30 * 60_000;

/** Causes that time alone rarely cures: asking every few seconds would only fill the logs of both sides. */
const SLOW: readonly ErrorCode[] = [
  'CONTROL_PLANE_UNAUTHORIZED',
  'CONTROL_PLANE_NOT_FOUND',
  'CONTROL_PLANE_REFUSED',
  'POLICY_INVALID',
  'GUARD_ENVIRONMENT',
  'GUARD_OLDER',
  'GUARD_SHRINK',
];

export interface Failure {
  readonly code: ErrorCode;
  /** Failures in a row, this one included: 1 or more. */
  readonly consecutive: number;
  /** What the control plane asked for, as a delay; undefined when it asked nothing or nonsense. */
  readonly retryAfterMs: number | undefined;
}

/**
 * Delay to the first copy of a node that serves already. After a power cut a whole fleet starts at once, and the control
 * plane with it. `random` is in [0, 1).
 */
export function delayBeforeFirst(intervalMs: number, random: number): number {
  return Math.round(Math.min(BACKOFF_BASE_MS, intervalMs * JITTER) * random);
}

/** Delay to the next copy after a good one: the interval ±10 %. `random` is in [0, 1). */
export function delayAfterSuccess(intervalMs: number, random: number): number {
  return Math.round(intervalMs * (1 - JITTER + 2 * JITTER * random));
}

/**
 * Delay to the next attempt after a failed one: full jitter, `random(0, min(5 min, 5 s · 2^n))`, never longer than the
 * interval; five minutes to the cap of an hour for causes that need a person; `Retry-After` within its bounds first.
 */
export function delayAfterFailure(failure: Failure, intervalMs: number, random: number): number {
  if (failure.retryAfterMs !== undefined) {
    const asked = Math.min(Math.max(failure.retryAfterMs, RETRY_AFTER_LEAST_MS), RETRY_AFTER_MOST_MS);
    return Math.round(asked * (1 + JITTER * random));
  }
  const ceiling = SLOW.includes(failure.code) ? slowCeiling(failure.consecutive) : fastCeiling(failure.consecutive);
  const delay = SLOW.includes(failure.code) ? ceiling * (0.5 + random / 2) : ceiling * random;
  return Math.round(Math.max(Math.min(delay, intervalMs), Math.min(LEAST_DELAY_MS, intervalMs)));
}

function fastCeiling(consecutive: number): number {
  return Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(consecutive - 1, 30));
}

/** Five minutes, doubling to an hour. */
function slowCeiling(consecutive: number): number {
  return Math.min(60 * 60_000, BACKOFF_CAP_MS * 2 ** Math.min(consecutive - 1, 30));
}
