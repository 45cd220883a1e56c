import type { ErrorCode } from '../errors/codes.ts';

/** What became of the attempts to reach the control plane, for status and metrics. Times: milliseconds since the Unix epoch. */
export interface Attempts {
  readonly running: boolean;
  readonly lastAttemptAtMs: number | undefined;
  readonly lastSuccessAtMs: number | undefined;
  readonly lastError: AttemptError | undefined;
  /** Failures in a row; zero after a success. */
  readonly consecutiveFailures: number;
  /** Undefined while one is running, after a stop, and on a node that never contacts a control plane. It moves with the wall clock. */
  readonly nextAttemptAtMs: number | undefined;
}

/** What has been; what comes is a matter of the loop. */
export type PastAttempts = Omit<Attempts, 'nextAttemptAtMs'>;

export interface AttemptError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly atMs: number;
}

export const NO_ATTEMPTS: PastAttempts = Object.freeze({
  running: false,
  lastAttemptAtMs: undefined,
  lastSuccessAtMs: undefined,
  lastError: undefined,
  consecutiveFailures: 0,
});

export function attemptStarted(attempts: PastAttempts, atMs: number): PastAttempts {
  return { ...attempts, running: true, lastAttemptAtMs: atMs };
}

export function attemptSucceeded(attempts: PastAttempts, atMs: number): PastAttempts {
  return { ...attempts, running: false, lastSuccessAtMs: atMs, consecutiveFailures: 0 };
}

/** The error of the last failure stays visible after a later success: its time says which came last. */
export function attemptFailed(attempts: PastAttempts, lastError: AttemptError): PastAttempts {
  return { ...attempts, running: false, lastError, consecutiveFailures: attempts.consecutiveFailures + 1 };
}
