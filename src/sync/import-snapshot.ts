import type { FactProgress } from '../facts/fact-sink.ts';
import type { DataDirectory } from '../generations/data-directory.ts';
import { checkGuards, type GuardAlarm, type GuardSettings } from '../generations/guards.ts';
import { loadState } from '../generations/load-state.ts';
import { type StagedGeneration, stageGeneration } from '../generations/stage-generation.ts';
import type { SnapshotManifest } from '../snapshot/manifest.ts';
import { takenAtMsOf } from '../snapshot/parse-manifest.ts';
import { printTakenAt } from '../snapshot/print-manifest.ts';
import type { OpenSnapshot } from '../snapshot/read-snapshot.ts';
import type { Clock } from '../util/clock.ts';
import { TOLERATED_SKEW_MS } from './data-age.ts';

export interface ImportOptions {
  readonly guards: GuardSettings;
  readonly clock: Clock;
  readonly memoryBytes: number;
  readonly progress?: FactProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Accepted, and still strange. */
  readonly onAlarm: (alarm: GuardAlarm) => void;
}

/**
 * Builds a generation of an open snapshot, which stays open. The guards are asked first, so that what they refuse costs
 * nothing. Throws what `stageGeneration` throws, and GUARD_ENVIRONMENT, GUARD_OLDER or GUARD_SHRINK.
 */
export async function importSnapshot(
  directory: DataDirectory,
  snapshot: OpenSnapshot,
  options: ImportOptions,
): Promise<StagedGeneration> {
  const { manifest, policyText } = snapshot;
  const { environment, tenant, source, contentDigest, facts } = manifest;
  const takenAtMs = takenAtMsOf(manifest);
  const { state } = await loadState(directory);
  const incoming = { environment, tenant, takenAtMs, contentDigest, factCount: facts.count };
  const { refusal, alarms } = checkGuards(state, incoming, options.guards);
  if (refusal) throw refusal;
  for (const alarm of alarms) options.onAlarm(alarm);
  warnOfFuture(takenAtMs, options);
  const { clock, memoryBytes, progress, signal } = options;
  return await stageGeneration(directory, {
    environment,
    tenant,
    source,
    takenAtMs,
    arrivedBy: 'import',
    policyText,
    facts: snapshot.facts(),
    expected: summaryOf(manifest),
    memoryBytes,
    clock,
    progress,
    signal,
  });
}

/** Taken all the same: only a clock can be wrong, and which one nobody can say. */
function warnOfFuture(takenAtMs: number, { clock, onAlarm }: ImportOptions): void {
  if (takenAtMs - clock.nowMs() <= TOLERATED_SKEW_MS) return;
  const message = `the data are from ${printTakenAt(takenAtMs)}, in the future; until then files and copies of other nodes count as older`;
  onAlarm({ kind: 'clock_skew', message });
}

function summaryOf({ facts }: SnapshotManifest) {
  const { count, countBySignature, sha256, sizeBytes } = facts;
  return { factCount: count, countBySignature, digest: sha256, lineBytes: sizeBytes };
}
