import type { Origin } from '../generations/generation.ts';
import type { AlarmKind } from './alarm-book.ts';
import type { AttemptError } from './attempts.ts';
import type { Freshness, StalenessPolicy } from './staleness.ts';

/**
 * What GET /status answers and `oso-fallback status` prints, of a running node or of a directory at rest. No secrets: no
 * key is asked for. Times are ISO 8601, UTC.
 */
export interface NodeStatus {
  readonly version: string;
  readonly clientId: string;
  /** The same for whoever looks at the same data directory; null when that is not known. */
  readonly directoryId: string | null;
  /** `at-rest`: a data directory that no node answers for. */
  readonly state: 'starting' | 'serving' | 'failed' | 'at-rest';
  /** Why nothing is served, questions are refused, clients are sent elsewhere, or a directory may not be at rest; else null. */
  readonly reason: string | null;
  readonly environment: string | null;
  readonly tenant: string | null;
  /** Null when nothing is served. */
  readonly origin: Origin | null;
  readonly snapshot: SnapshotStatus | null;
  /** Id of the generation to serve whatever is newer. */
  readonly pinned: string | null;
  /** Null for a directory at rest. */
  readonly staleness: StalenessStatus | null;
  /** What somebody should look at: the latest of each kind. */
  readonly alarms: readonly AlarmStatus[];
  /** Settings that lift a guard. */
  readonly overrides: readonly string[];
  /** Null for a directory at rest. */
  readonly sync: SyncStatus | null;
  /** Newest first. */
  readonly generations: readonly GenerationStatus[];
  /** Ids of generations that failed their checks. */
  readonly quarantined: readonly string[];
  readonly size: SizeStatus;
  /** Null for a directory at rest. */
  readonly workers: WorkersStatus | null;
}

/** Threads that answer requests. */
export interface WorkersStatus {
  readonly wanted: number;
  readonly answering: number;
}

export interface SnapshotStatus {
  readonly id: string;
  readonly takenAt: string;
  /** Last time the control plane was seen to have this very content. */
  readonly confirmedAt: string;
  /** Since `confirmedAt`; never negative. */
  readonly ageMs: number;
  readonly facts: number;
  readonly contentDigest: string;
  readonly source: string;
}

export interface StalenessStatus extends StalenessPolicy {
  /** Null when nothing is served. */
  readonly freshness: Freshness | null;
  /** How far the wall clock cannot be believed; it slews a little without harm. */
  readonly clockSkewMs: number;
}

export interface AlarmStatus {
  readonly kind: AlarmKind;
  readonly message: string;
  readonly at: string;
}

export interface SyncStatus {
  /** Whether the last attempt succeeded; null before the first one has ended, and offline. */
  readonly online: boolean | null;
  readonly offline: boolean;
  readonly running: boolean;
  readonly intervalMs: number;
  readonly lastAttemptAt: string | null;
  readonly lastSuccessAt: string | null;
  readonly lastError: (Omit<AttemptError, 'atMs'> & { readonly at: string }) | null;
  readonly consecutiveFailures: number;
  readonly nextAttemptAt: string | null;
}

export interface GenerationStatus {
  readonly id: string;
  readonly takenAt: string;
  /** Null when its metadata cannot be read. */
  readonly facts: number | null;
  readonly bytes: number | null;
  /** Why not all of it can be read: damage, a newer version that wrote it, or the disk; else null. */
  readonly problem: string | null;
}

export interface SizeStatus {
  readonly facts: number;
  /** Policy and index on disk. */
  readonly bytes: number;
  /** Three times `bytes`: the one being served, the one before it, and one being built. */
  readonly diskBytesAsked: number;
}

/** Copies of the environment that the documentation asks disk for. */
const DISK_FACTOR = 3;

export function sizeStatus(facts: number, bytes: number): SizeStatus {
  return { facts, bytes, diskBytesAsked: DISK_FACTOR * bytes };
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
