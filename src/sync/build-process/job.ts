import type { ErrorCode } from '../../errors/codes.ts';
import { OsoError } from '../../errors/oso-error.ts';
import { shortageError } from '../../errors/shortage.ts';
import type { FactProgress } from '../../facts/fact-sink.ts';
import type { GuardAlarm, GuardSettings } from '../../generations/guards.ts';
import type { ScrubVerdict } from '../../generations/scrub-generation.ts';

/** Work on a data directory. Plain data: it crosses a process boundary, never through arguments or environment. */
export type Job = DownloadJob | ImportJob | ScrubJob;

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
  /** Content that is here already: the same content again makes no generation. */
  readonly known: KnownContent | undefined;
}

/** The newest content on disk, as far as it is intact. */
export interface KnownContent {
  readonly id: string;
  readonly contentDigest: string;
  readonly policySha256: string;
  /** ETag that a control plane gave with the listing of its facts, if any. */
  readonly factsEtag: string | undefined;
  /** Which control plane gave it; undefined: the one that is asked. */
  readonly etagSource: string | undefined;
  /** Size on disk, to see before a download that there is room for another. */
  readonly bytes: number | undefined;
}

interface ImportJob extends JobCommon {
  readonly kind: 'import';
  readonly file: string;
}

/** Reads generations again and compares them with their digests. */
interface ScrubJob {
  readonly kind: 'scrub';
  readonly directory: string;
  readonly ids: readonly string[];
}

interface JobCommon {
  /** The data directory, locked by whoever gives the job, who also keeps its `state.json`. */
  readonly directory: string;
  readonly guards: GuardSettings;
  readonly memoryBytes: number;
}

export type JobResult = BuildResult | ScrubResult;

export interface ScrubResult {
  readonly kind: 'scrubbed';
  readonly verdicts: readonly ScrubVerdict[];
}

export interface BuildResult {
  /** Whether a generation was published, or the content is that of `known`. */
  readonly kind: 'published' | 'unchanged';
  readonly id: string;
  /** When the data were read from the control plane, or that says it had them itself, milliseconds since the Unix epoch. */
  readonly takenAtMs: number;
  /** How old they were for the control plane itself. */
  readonly sourceAgeMs: number;
  readonly contentDigest: string;
  /** The newest entity tag of these facts. */
  readonly factsEtag: string | undefined;
  /** What an operator should know. */
  readonly alarms: readonly GuardAlarm[];
}

/** From the process that builds to the one that waits. */
export type FromChild =
  | {
      readonly kind: 'progress';
      readonly stage: Parameters<FactProgress>[0];
      readonly done: number;
      readonly total: number | undefined;
    }
  /** Its event loop turns. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'done'; readonly result: JobResult }
  | { readonly kind: 'failed'; readonly error: SentError };

export type ToChild =
  /** `build` is that of the parent. */
  { readonly kind: 'run'; readonly job: Job; readonly build: string | undefined } | { readonly kind: 'abort' };

/** An error on its way. Place and source stay behind: the message of a policy names them. */
export interface SentError {
  /** Undefined: a bug of ours. */
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;
}

export function sendError(thrown: unknown): SentError {
  const error = shortageError(thrown) ?? thrown;
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
