import { viewDataDirectory } from '../generations/data-directory.ts';
import { confirmedAtMs, knownAge } from '../generations/directory-state.ts';
import { loadStateToLook } from '../generations/load-state.ts';
import { seemingHolder } from '../generations/lock.ts';
import { newestFirst } from '../generations/newest-first.ts';
import { ageOnArrival, TOLERATED_SKEW_MS } from '../sync/data-age.ts';
import { type AlarmStatus, isoTime, type NodeStatus, type SnapshotStatus, sizeStatus } from '../sync/node-status.ts';
import { describeLostPin } from '../sync/pin-target.ts';
import { generationStatus } from '../sync/status-of-node.ts';
import { surveyDirectory } from '../sync/survey-directory.ts';
import { describeDuration } from '../util/duration.ts';
import { version } from './version.ts';

/** What a data directory holds that no node answers for: `unanswered` says where, and why. Throws DIRECTORY_UNUSABLE when there is none. */
export async function statusAtRest(path: string, nowMs: number, unanswered: string): Promise<NodeStatus> {
  const directory = await viewDataDirectory(path);
  const [{ state, problem }, survey] = await Promise.all([loadStateToLook(directory), surveyDirectory(directory)]);
  const newest = newestFirst(survey.generations, state.passed);
  const readable = newest.filter(({ metadata }) => metadata !== undefined);
  const current = readable.find(({ id }) => id === state.pinned) ?? readable[0];
  const metadata = current?.metadata;
  const snapshot: SnapshotStatus | null =
    metadata === undefined
      ? null
      : {
          id: metadata.id,
          takenAt: isoTime(metadata.takenAtMs),
          confirmedAt: isoTime(confirmedAtMs(state, metadata)),
          ageMs: ageOnArrival(nowMs, confirmedAtMs(state, metadata), knownAge(state, metadata)),
          facts: metadata.factCount,
          contentDigest: metadata.contentDigest,
          source: metadata.source,
        };
  return {
    version: version(),
    clientId: state.clientId,
    directoryId: survey.directoryId,
    state: 'at-rest',
    reason: reasonAtRest(path, metadata !== undefined, unanswered),
    environment: metadata?.environment ?? null,
    tenant: metadata?.tenant ?? null,
    origin: metadata === undefined ? null : 'persisted',
    snapshot,
    pinned: state.pinned,
    staleness: null,
    alarms: alarmsAtRest({ problem, lostPin: current?.id === state.pinned ? null : state.pinned, snapshot, nowMs }),
    overrides: [],
    sync: null,
    generations: survey.generations.map(generationStatus),
    quarantined: survey.quarantined,
    size: sizeStatus(metadata?.factCount ?? 0, current?.bytes ?? 0),
    workers: null,
  };
}

interface AtRest {
  readonly problem: string | undefined;
  /** A pinned generation that cannot be read. */
  readonly lostPin: string | null;
  readonly snapshot: SnapshotStatus | null;
  readonly nowMs: number;
}

function alarmsAtRest({ problem, lostPin, snapshot, nowMs }: AtRest): readonly AlarmStatus[] {
  const aheadMs = snapshot === null ? 0 : Date.parse(snapshot.confirmedAt) - nowMs;
  const at = isoTime(nowMs);
  const ahead = `the data are dated ${describeDuration(aheadMs)} in the future: how old they are is not known`;
  return [
    ...(problem === undefined ? [] : [{ kind: 'damage', message: problem, at } as const]),
    ...(lostPin === null ? [] : [{ kind: 'pin', message: describeLostPin(lostPin), at } as const]),
    ...(aheadMs <= TOLERATED_SKEW_MS ? [] : [{ kind: 'clock_skew', message: ahead, at } as const]),
  ];
}

/** A node that listens at another address than was asked is not at rest, and must not look like it. */
function reasonAtRest(path: string, holdsData: boolean, unanswered: string): string | null {
  const holder = seemingHolder(path);
  if (holder !== undefined) return `${holder} has it open, and ${unanswered}; name its address with --url or --port`;
  return holdsData ? null : 'the data directory holds no generation';
}
