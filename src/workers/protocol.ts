import type { SqlDialect } from '../config/sql-dialect.ts';
import type { SharedGeneration } from '../generations/open-generation.ts';
import type { Drained } from '../http/drain.ts';
import type { TlsIdentity } from '../http/http-server.ts';
import type { HttpLimits } from '../http/limits.ts';
import type { SyncNow } from '../http/routes/admin-routes.ts';
import type { SentError } from '../sync/build-process/job.ts';
import type { Refusal } from '../sync/serving-slot.ts';
import type { StalenessPolicy } from '../sync/staleness.ts';
import type { LogFields } from '../util/log.ts';
import type { BoardMemory } from './board.ts';

/**
 * What the first thread and a worker say to each other. Plain data: it is cloned. The first thread has the data directory,
 * the control plane, the settings and the log; a worker answers requests, and nothing else.
 *
 * A worker's life: it starts, gets ready for what is served (`prepare`), takes connections (`listen`), gets ready for
 * other data now and then, and drains. What is served is not said but written on the board, so that it changes for all at
 * one moment.
 */
export type ToWorker =
  /** Get ready for this generation; it has a number, since the same one may come twice. */
  | { readonly kind: 'prepare'; readonly edition: number; readonly generation: SharedGeneration }
  /** It will not be served, or is served no more. */
  | { readonly kind: 'discard'; readonly edition: number }
  /** The board says something else now: let go of what is served no more. With a reason when that is everything. */
  | { readonly kind: 'look'; readonly refusal?: Refusal | undefined }
  | { readonly kind: 'listen' }
  | { readonly kind: 'access'; readonly access: Access }
  | { readonly kind: 'drain'; readonly drainMs: number; readonly forceMs: number }
  | { readonly kind: 'answer'; readonly id: number; readonly reply: Reply };

export type FromWorker =
  | { readonly kind: 'prepared'; readonly edition: number }
  | { readonly kind: 'refused'; readonly edition: number; readonly error: SentError }
  | { readonly kind: 'listening' }
  | { readonly kind: 'drained'; readonly outcome: Drained }
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields: LogFields;
    }
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question };

/** What a worker is started with. */
export interface WorkerStart {
  /** The first thread is 1. */
  readonly number: number;
  /** Of the first thread. */
  readonly build: string | undefined;
  readonly board: BoardMemory;
  /** Descriptor of the listening socket; it is the first thread's, and stays so. */
  readonly listener: number;
  readonly settings: WorkerSettings;
  readonly access: Access;
}

/** What does not change while a node runs. */
export interface WorkerSettings {
  /** Of one thread, as `shareLimits` gives them. */
  readonly limits: HttpLimits;
  readonly staleness: StalenessPolicy;
  readonly sqlDialect: SqlDialect;
  /** SHA-256 of the node's own token, whose owner is an operator. */
  readonly operatorDigest: Uint8Array | undefined;
  /** Accepted from clients beside the keys of the environment. */
  readonly ownToken: string | undefined;
  /** Of the metrics. */
  readonly metricsType: string;
}

/** What changes with the files that it was read from. */
export interface Access {
  /** Contents of the file of client keys; undefined: keys of the environment that is served are accepted. */
  readonly clientKeys: Uint8Array | undefined;
  readonly tls: TlsIdentity | undefined;
}

/** What a worker cannot know, asked when a client asks it. */
export type Question =
  | { readonly kind: 'status' }
  | { readonly kind: 'metrics' }
  | { readonly kind: 'sync' }
  | { readonly kind: 'pin'; readonly generation: string | undefined }
  | { readonly kind: 'unpin' };

export type Reply =
  | { readonly kind: 'status'; readonly status: unknown }
  | { readonly kind: 'metrics'; readonly text: string }
  | { readonly kind: 'sync'; readonly outcome: SyncNow }
  | { readonly kind: 'pin'; readonly generation: string }
  | { readonly kind: 'unpin'; readonly generation: string | null }
  | { readonly kind: 'failed'; readonly error: SentError };
