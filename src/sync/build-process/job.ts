import type { ErrorCode } from '../../errors/codes.ts';
import { OsoError } from '../../errors/oso-error.ts';
import type { FactProgress } from '../../facts/fact-sink.ts';
import type { GuardSettings } from '../../generations/guards.ts';

/** Work that makes a generation. Plain data: it crosses a process boundary, never through arguments or environment. */
export type Job = DownloadJob | ImportJob;

export interface DownloadJob extends JobCommon {
  readonly kind: 'download';
  readonly url: string;
  readonly token: string;
  readonly clientId: string;
  /** Of this program. */
  readonly version: string;
  readonly environment: string;
  readonly tenant: string;
  /** Longest wait for the control plane without progress; undefined leaves it to the limits of the client. */
  readonly stallLimitMs: number | undefined;
  /** Content that is served already: the same content again makes no generation. */
  readonly servedDigest: string | undefined;
}

interface ImportJob extends JobCommon {
  readonly kind: 'import';
  readonly file: string;
}

interface JobCommon {
  /** The data directory, locked by whoever gives the job. */
  readonly directory: string;
  readonly guards: GuardSettings;
  readonly memoryBytes: number;
}

export interface JobResult {
  /** Whether a generation was published, or the content is that of `servedDigest`. */
  readonly kind: 'published' | 'unchanged';
  readonly id: string;
  /** When the data were read from the control plane, milliseconds since the Unix epoch. */
  readonly takenAtMs: number;
  readonly contentDigest: string;
  /** What an operator should know, one line each. */
  readonly alarms: readonly string[];
}

/** From the process that builds to the one that waits. */
export type FromChild =
  | {
      readonly kind: 'progress';
      readonly stage: Parameters<FactProgress>[0];
      readonly done: number;
      readonly total: number | undefined;
    }
  | { readonly kind: 'done'; readonly result: JobResult }
  | { readonly kind: 'failed'; readonly error: SentError };

export type ToChild = { readonly kind: 'run'; readonly job: Job } | { readonly kind: 'abort' };

/** An error on its way. Place and source stay behind: the message of a policy names them. */
export interface SentError {
  /** Undefined: a bug of ours. */
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;
}

export function sendError(error: unknown): SentError {
  if (!(error instanceof OsoError)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: undefined, message, hint: undefined, retryAfterMs: undefined };
  }
  return { code: error.code, message: error.message, hint: error.hint, retryAfterMs: retryAfterMsOf(error) };
}

export function receiveError({ code, message, hint, retryAfterMs }: SentError): Error {
  if (code === undefined) return new Error(message);
  return new OsoError(code, message, { hint, cause: retryAfterMs === undefined ? undefined : { retryAfterMs } });
}

/** What the control plane asked to wait, when it did. */
export function retryAfterMsOf(error: OsoError): number | undefined {
  const { cause } = error;
  if (typeof cause !== 'object' || cause === null || !('retryAfterMs' in cause)) return undefined;
  return typeof cause.retryAfterMs === 'number' ? cause.retryAfterMs : undefined;
}
