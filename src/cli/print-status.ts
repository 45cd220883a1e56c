import type { NodeStatus, SyncStatus } from '../sync/node-status.ts';
import { describeDuration } from '../util/duration.ts';
import { count, describeBytes } from './describe-progress.ts';

/** Status for people. `nowMs` is the wall clock, for ages. */
export function printStatus(status: NodeStatus, nowMs: number): string {
  return [
    `state        ${status.state}${status.reason === null ? '' : `: ${status.reason}`}`,
    ...(status.environment === null ? [] : [`environment  ${status.environment} of tenant ${status.tenant}`]),
    ...snapshotLines(status, nowMs),
    ...(status.pinned === null ? [] : [`pinned       ${status.pinned}, whatever is newer`]),
    ...(status.overrides.length === 0 ? [] : [`overrides    ${status.overrides.join(' ')}`]),
    ...status.alarms.map(({ kind, message, at }) => `alarm        ${kind}, ${ago(at, nowMs)}: ${message}`),
    ...(status.sync === null ? [] : syncLines(status.sync, nowMs)),
    ...generationLines(status),
    ...sizeLines(status),
    ...workerLines(status),
  ].join('\n');
}

function snapshotLines({ snapshot, origin }: NodeStatus, nowMs: number): readonly string[] {
  if (snapshot === null) return ['snapshot     none'];
  const { id, takenAt, confirmedAt, ageMs, facts, source } = snapshot;
  const confirmed = confirmedAt === takenAt ? '' : `, confirmed ${ago(confirmedAt, nowMs)}`;
  return [
    ...(origin === null ? [] : [`origin       ${origin}`]),
    `snapshot     ${id}, ${count(facts)} facts from ${source}`,
    `taken at     ${takenAt}${confirmed}`,
    `age          ${describeDuration(ageMs)}`,
  ];
}

function syncLines(sync: SyncStatus, nowMs: number): readonly string[] {
  if (sync.offline) return ['sync         offline: no control plane is contacted'];
  const { lastSuccessAt, lastError, running, nextAttemptAt } = sync;
  const next = running ? 'running now' : nextAttemptAt === null ? 'none planned' : `in ${until(nextAttemptAt, nowMs)}`;
  return [
    `last sync    ${lastSuccessAt === null ? 'never' : ago(lastSuccessAt, nowMs)}`,
    ...(lastError === null
      ? []
      : [`last error   ${ago(lastError.at, nowMs)}: ${lastError.code}: ${lastError.message}`]),
    ...(sync.consecutiveFailures === 0 ? [] : [`failures     ${sync.consecutiveFailures} in a row`]),
    `next sync    ${next}`,
  ];
}

function generationLines({ generations, quarantined }: NodeStatus): readonly string[] {
  const lines = generations.map(({ id, facts, bytes, problem }) => {
    const size = facts === null || bytes === null ? 'not readable' : `${count(facts)} facts, ${describeBytes(bytes)}`;
    return `  ${id}  ${problem ?? size}`;
  });
  return [
    `generations  ${generations.length}`,
    ...lines,
    ...(quarantined.length === 0 ? [] : [`quarantined  ${quarantined.join(', ')}`]),
  ];
}

function sizeLines({ size }: NodeStatus): readonly string[] {
  if (size.bytes === 0) return [];
  const asked = describeBytes(size.diskBytesAsked);
  return [`size         ${count(size.facts)} facts, ${describeBytes(size.bytes)}; give the disk at least ${asked}`];
}

function workerLines({ workers }: NodeStatus): readonly string[] {
  if (workers === null) return [];
  const { wanted, answering } = workers;
  return [`workers      ${answering === wanted ? wanted : `${answering} of ${wanted} answer`}`];
}

function ago(iso: string, nowMs: number): string {
  return `${describeDuration(nowMs - Date.parse(iso))} ago`;
}

function until(iso: string, nowMs: number): string {
  return describeDuration(Date.parse(iso) - nowMs);
}
