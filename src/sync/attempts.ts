import type { ErrorCode } from '../errors/codes.ts';

/** What became of the attempts to reach the control plane, for status and metrics. Times: milliseconds since the Unix epoch. */
export interface Attempts {
  readonly running: boolean;
  readonly lastAttemptAtMs: number | undefined;
  readonly lastSuccessAtMs: number | undefined;
  readonly lastError: AttemptError | undefined;
  /** Failures in a row; zero after a success. */
  readonly consecutiveFailures: number;
  /** Undefined while one is running, and on a node that never contacts a control plane. */
  readonly nextAttemptAtMs: number | undefined;
}

export interface AttemptError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly atMs: number;
}

export const NO_ATTEMPTS: Attempts = Object.freeze({
  running: false,
  lastAttemptAtMs: undefined,
  lastSuccessAtMs: undefined,
  lastError: undefined,
  consecutiveFailures: 0,
  nextAttemptAtMs: undefined,
});

export function attemptStarted(attempts: Attempts, atMs: number): Attempts {
  return { ...attempts, running: true, lastAttemptAtMs: atMs, nextAttemptAtMs: undefined };
}

export function attemptSucceeded(attempts: Attempts, atMs: number, nextAttemptAtMs: number): Attempts {
  return { ...attempts, running: false, lastSuccessAtMs: atMs, consecutiveFailures: 0, nextAttemptAtMs };
}

/** The error of the last failure stays visible after a later success: its time says which came last. */
export function attemptFailed(attempts: Attempts, lastError: AttemptError, nextAttemptAtMs: number): Attempts {
  const consecutiveFailures = attempts.consecutiveFailures + 1;
  return { ...attempts, running: false, lastError, consecutiveFailures, nextAttemptAtMs };
}
