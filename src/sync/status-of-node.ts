import type { Attempts } from './attempts.ts';
import type { NodeData } from './node-data.ts';
import {
  type GenerationStatus,
  isoTime,
  type NodeStatus,
  type SnapshotStatus,
  type StalenessStatus,
  type SyncStatus,
  sizeStatus,
  type WorkersStatus,
} from './node-status.ts';
import type { ServedData } from './served-data.ts';
import type { StalenessPolicy } from './staleness.ts';
import type { SurveyedGeneration } from './survey-directory.ts';

export interface StatusContext {
  readonly version: string;
  readonly clientId: string;
  readonly offline: boolean;
  readonly intervalMs: number;
  readonly staleness: StalenessPolicy;
  /** Settings that lift a guard, as their flags. */
  readonly overrides: readonly string[];
  readonly workers: WorkersStatus;
  /** Whether it was asked to stop. */
  readonly isDraining: boolean;
}

/** The status of a running node. Cheap: it reads no disk. */
export function statusOfNode(data: NodeData, context: StatusContext): NodeStatus {
  const { survey, pinned, alarms } = data;
  const { state, metadata } = data.served;
  const served = survey.generations.find(({ id }) => id === metadata?.id);
  return {
    version: context.version,
    clientId: context.clientId,
    directoryId: survey.directoryId,
    state: state.kind,
    reason: reasonOf(data.served, context),
    environment: metadata?.environment ?? null,
    tenant: metadata?.tenant ?? null,
    origin: state.kind === 'serving' ? state.origin : null,
    snapshot: snapshotStatus(data.served),
    pinned,
    staleness: stalenessStatus(data.served, context.staleness),
    alarms: alarms.map(({ kind, message, atMs }) => ({ kind, message, at: isoTime(atMs) })),
    overrides: context.overrides,
    sync: syncStatus(data.loop.attempts, context),
    generations: survey.generations.map(generationStatus),
    quarantined: survey.quarantined,
    size: sizeStatus(metadata?.factCount ?? 0, served?.bytes ?? 0),
    workers: context.workers,
  };
}

/** Who reads `serving` must not believe that questions are answered when they are not, or by clients that go elsewhere. */
function reasonOf(served: ServedData, { staleness, isDraining }: StatusContext): string | null {
  if (!isDraining) return unreadinessOf(served, staleness);
  const isAnswering = served.slot.notReadyCode === undefined;
  return `it was asked to stop${isAnswering ? ', and still answers' : `; ${unreadinessOf(served, staleness)}`}`;
}

function unreadinessOf({ state, unreadiness }: ServedData, staleness: StalenessPolicy): string | null {
  if (unreadiness === undefined || state.kind !== 'serving') return unreadiness?.message ?? null;
  const what = staleness.onStale === 'refuse' ? 'questions are refused' : 'clients are sent elsewhere';
  return `${what}: ${unreadiness.message}`;
}

export function generationStatus({ id, takenAtMs, metadata, bytes, problem }: SurveyedGeneration): GenerationStatus {
  const facts = metadata?.factCount ?? null;
  return { id, takenAt: isoTime(takenAtMs), facts, bytes: bytes ?? null, problem: problem ?? null };
}

function snapshotStatus({ state, metadata, ageMs }: ServedData): SnapshotStatus | null {
  if (state.kind !== 'serving' || metadata === undefined) return null;
  return {
    id: metadata.id,
    takenAt: isoTime(metadata.takenAtMs),
    confirmedAt: isoTime(state.data.confirmedAtMs),
    ageMs: Math.round(ageMs ?? 0),
    facts: metadata.factCount,
    contentDigest: metadata.contentDigest,
    source: metadata.source,
  };
}

function stalenessStatus({ freshness, skewMs }: ServedData, policy: StalenessPolicy): StalenessStatus {
  return { ...policy, freshness: freshness ?? null, clockSkewMs: skewMs };
}

function syncStatus(attempts: Attempts, { offline, intervalMs }: StatusContext): SyncStatus {
  const { running, lastError, consecutiveFailures, lastSuccessAtMs } = attempts;
  const hasEnded = lastError !== undefined || lastSuccessAtMs !== undefined;
  return {
    online: hasEnded ? consecutiveFailures === 0 : null,
    offline,
    running,
    intervalMs,
    lastAttemptAt: timeOrNull(attempts.lastAttemptAtMs),
    lastSuccessAt: timeOrNull(lastSuccessAtMs),
    lastError: lastError ? { code: lastError.code, message: lastError.message, at: isoTime(lastError.atMs) } : null,
    consecutiveFailures,
    nextAttemptAt: timeOrNull(attempts.nextAttemptAtMs),
  };
}

function timeOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : isoTime(ms);
}
