import type { HttpServer } from '../http/http-server.ts';
import type { Readiness } from '../http/routes/operations-routes.ts';
import type { Readings } from '../metrics/metrics.ts';
import type { NodeData } from '../sync/node-data.ts';
import type { NodeStatus } from '../sync/node-status.ts';
import { describeDuration } from '../util/duration.ts';
import type { Board } from '../workers/board.ts';
import type { Crew } from '../workers/crew.ts';
import { count } from './describe-progress.ts';

/** For GET /readyz. */
export function readinessOf({ served }: NodeData): Readiness {
  const { unreadiness } = served;
  return unreadiness === undefined
    ? { ready: true }
    : { ready: false, reason: unreadiness.code, message: unreadiness.message };
}

/** For the metrics. */
export function readingsOf(
  data: NodeData | undefined,
  http: HttpServer,
  { crew, board }: { readonly crew: Crew; readonly board: Board },
): Readings {
  const { lastAttemptAtMs: lastSyncAttemptMs, lastSuccessAtMs: lastSyncSuccessMs } = data?.loop.attempts ?? {};
  return {
    ready: data !== undefined && data.served.unreadiness === undefined && !http.draining,
    inFlight: http.inFlight + crew.inFlight,
    heldReplyBytes: http.heldReplyBytes + crew.heldReplyBytes,
    workers: { count: 1 + crew.listening, turnedAway: board.turnedAway, requests: board.memory.requests.slice(1) },
    serving: undefined,
    ...(data && servedReadings(data)),
    lastSyncAttemptMs,
    lastSyncSuccessMs,
  };
}

function servedReadings({ served, pinned }: NodeData): Partial<Pick<Readings, 'serving' | 'copy'>> {
  const { state, metadata, ageMs, freshness, skewMs: clockSkewMs } = served;
  if (state.kind !== 'serving' || metadata === undefined || ageMs === undefined) return {};
  const { id: generation, takenAtMs, factCount } = metadata;
  const [isAging, isStale, isPinned] = [freshness !== 'fresh', freshness === 'stale', pinned !== null];
  return {
    serving: { generation, origin: state.origin, ageMs: Math.round(ageMs), factCount },
    copy: { takenAtMs, isAging, isStale, clockSkewMs, isPinned },
  };
}

/** For the start-up log. */
export function describeServing({ environment, tenant, origin, snapshot }: NodeStatus): string {
  if (snapshot === null) return 'serving nothing';
  const { takenAt, ageMs, facts } = snapshot;
  const age = `${describeDuration(ageMs)} old`;
  return `serving environment ${environment} (tenant ${tenant}): ${count(facts)} facts, ${origin}, taken at ${takenAt}, ${age}`;
}
