import type { Clock } from '../util/clock.ts';
import type { Attempts } from './attempts.ts';
import type { NodeData } from './node-data.ts';
import {
  type GenerationStatus,
  isoTime,
  type NodeStatus,
  type SnapshotStatus,
  type SyncStatus,
  sizeStatus,
} from './node-status.ts';
import { notReadyReason } from './state.ts';
import type { SurveyedGeneration } from './survey-directory.ts';

export interface StatusContext {
  readonly version: string;
  readonly clientId: string;
  readonly offline: boolean;
  readonly intervalMs: number;
  readonly clock: Clock;
}

/** The status of a running node. Cheap: it reads no disk. */
export function statusOfNode(data: NodeData, context: StatusContext): NodeStatus {
  const { state, metadata, survey } = data;
  const served = survey.generations.find(({ id }) => id === metadata?.id);
  return {
    version: context.version,
    clientId: context.clientId,
    state: state.kind,
    reason: state.kind === 'serving' ? null : notReadyReason(state),
    environment: metadata?.environment ?? null,
    tenant: metadata?.tenant ?? null,
    origin: state.kind === 'serving' ? state.origin : null,
    snapshot: snapshotStatus(data, context.clock),
    sync: syncStatus(data.loop.attempts, context),
    generations: survey.generations.map(generationStatus),
    quarantined: survey.quarantined,
    size: sizeStatus(metadata?.factCount ?? 0, served?.bytes ?? 0),
  };
}

/** Milliseconds since the control plane was last seen to have what is served; undefined when nothing is. Never negative. */
export function servedAgeMs({ state }: Pick<NodeData, 'state'>, clock: Clock): number | undefined {
  return state.kind === 'serving' ? Math.max(0, clock.nowMs() - state.data.confirmedAtMs) : undefined;
}

export function generationStatus({ id, takenAtMs, metadata, bytes }: SurveyedGeneration): GenerationStatus {
  return { id, takenAt: isoTime(takenAtMs), facts: metadata?.factCount ?? null, bytes: bytes ?? null };
}

function snapshotStatus(data: NodeData, clock: Clock): SnapshotStatus | null {
  const { state, metadata } = data;
  if (state.kind !== 'serving' || metadata === undefined) return null;
  return {
    id: metadata.id,
    takenAt: isoTime(metadata.takenAtMs),
    confirmedAt: isoTime(state.data.confirmedAtMs),
    ageMs: servedAgeMs(data, clock) ?? 0,
    facts: metadata.factCount,
    contentDigest: metadata.contentDigest,
    source: metadata.source,
  };
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
