import { readFile } from 'node:fs/promises';
import { OsoError } from '../errors/oso-error.ts';
import { type Authenticate, createAuthenticate, parseKeyDigests } from '../http/authenticate.ts';
import type { HttpServer } from '../http/http-server.ts';
import { DEFAULT_LIMITS } from '../http/limits.ts';
import type { Readiness } from '../http/routes/operations-routes.ts';
import { createServer } from '../http/server.ts';
import { createMetrics, type Readings } from '../metrics/metrics.ts';
import { ioError } from '../snapshot/io-error.ts';
import type { NodeData } from '../sync/node-data.ts';
import type { NodeStatus } from '../sync/node-status.ts';
import { servedAgeMs, statusOfNode } from '../sync/status-of-node.ts';
import type { AttemptOutcome } from '../sync/sync-loop.ts';
import type { Clock } from '../util/clock.ts';
import { describeDuration } from '../util/duration.ts';
import { count } from './describe-progress.ts';
import type { JsonLog } from './json-log.ts';
import type { NodePlan } from './node-plan.ts';
import { version } from './version.ts';

/** The HTTP server of a node, and what it tells of the node's data. */
export interface NodeServer {
  readonly http: HttpServer;
  /** Which API keys are accepted: those of a list, or every one of the environment. */
  readonly keys: 'listed' | 'environment';
  /** One line for the start-up log. */
  readonly weakKeys: string;
  /** From now on it answers from these data. */
  attach(data: NodeData): void;
  /** Other data are served: keys of their environment are accepted. */
  dataChanged(): void;
  countAttempt(outcome: AttemptOutcome): void;
  status(): NodeStatus;
  /** One line for people: what is served, and how old it is. */
  describe(): string;
}

export interface NodeServerOptions {
  readonly plan: NodePlan;
  readonly log: JsonLog;
  readonly clock: Clock;
  readonly clientId: () => string;
}

const WEAK_KEYS =
  'warning: without OSO_CLIENT_KEYS_FILE every API key that names this environment is accepted, whatever its secret';

const NOT_STARTED: Readiness = { ready: false, reason: 'starting', message: 'the node is starting' };

/** Throws CONFIG_INVALID when the file of client keys cannot be used. */
export async function createNodeServer({ plan, log, clock, clientId }: NodeServerOptions): Promise<NodeServer> {
  const { settings, identity } = plan.config;
  const listed = settings.clientKeysFile === undefined ? undefined : await readKeys(settings.clientKeysFile);
  let data: NodeData | undefined;
  let authenticate: Authenticate = listed ?? keysOf(settings.environment ?? '');

  function keysOf(environment: string): Authenticate {
    return createAuthenticate({ kind: 'environment', environment, ownToken: identity?.token.reveal() });
  }

  function attached(): NodeData {
    if (data === undefined) throw new Error('the server has no data yet');
    return data;
  }

  const status = (): NodeStatus => {
    const { syncIntervalMs: intervalMs } = settings;
    const offline = plan.offline;
    return statusOfNode(attached(), { version: version(), clientId: clientId(), offline, intervalMs, clock });
  };
  const metrics = createMetrics({ version: version(), nodeVersion: process.version, read: () => readings() });
  const http: HttpServer = createServer({
    clock,
    metrics,
    limits: DEFAULT_LIMITS,
    log,
    authenticate: (authorization) => authenticate(authorization),
    dataSource: {
      acquire: (key) => data?.slot.acquire(key),
      get notReadyReason() {
        return data?.slot.notReadyReason ?? 'the node is starting';
      },
    },
    readiness: () => (data === undefined ? NOT_STARTED : readinessOf(data)),
    status: () => (data === undefined ? { state: 'starting' } : status()),
  });

  function readings(): Readings {
    const serving = data === undefined ? undefined : servingReadings(data, clock);
    const ready = serving !== undefined && !http.draining;
    const attempts = data?.loop.attempts;
    const { lastAttemptAtMs: lastSyncAttemptMs, lastSuccessAtMs: lastSyncSuccessMs } = attempts ?? {};
    return { ready, inFlight: http.inFlight, serving, lastSyncAttemptMs, lastSyncSuccessMs };
  }

  return {
    http,
    keys: listed === undefined ? 'environment' : 'listed',
    weakKeys: WEAK_KEYS,
    attach(next) {
      data = next;
    },
    dataChanged() {
      const environment = data?.metadata?.environment;
      if (listed === undefined && environment !== undefined) authenticate = keysOf(environment);
    },
    countAttempt(outcome) {
      if (!outcome.ok) metrics.countSyncFailure(outcome.error.code);
    },
    status,
    describe: () => describeServing(status()),
  };
}

async function readKeys(path: string): Promise<Authenticate> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const failure = ioError(error, 'read', path);
    const why = failure instanceof Error ? failure.message : String(failure);
    throw new OsoError('CONFIG_INVALID', `\`OSO_CLIENT_KEYS_FILE\`: ${why}`, { cause: error });
  });
  return createAuthenticate({ kind: 'listed', digests: parseKeyDigests(text) });
}

function readinessOf({ state, slot }: NodeData): Readiness {
  if (slot.current !== undefined) return { ready: true };
  return { ready: false, reason: state.kind === 'failed' ? 'no_source' : 'no_data', message: slot.notReadyReason };
}

function servingReadings(data: NodeData, clock: Clock): Readings['serving'] {
  const { state, metadata } = data;
  const ageMs = servedAgeMs(data, clock);
  if (state.kind !== 'serving' || metadata === undefined || ageMs === undefined) return undefined;
  return { generation: metadata.id, origin: state.origin, ageMs, factCount: metadata.factCount };
}

function describeServing({ environment, tenant, origin, snapshot }: NodeStatus): string {
  if (snapshot === null) return 'serving nothing';
  const { takenAt, ageMs, facts } = snapshot;
  const age = `${describeDuration(ageMs)} old`;
  return `serving environment ${environment} (tenant ${tenant}): ${count(facts)} facts, ${origin}, taken at ${takenAt}, ${age}`;
}
