import { createHash } from 'node:crypto';
import type { Settings } from '../config/options.ts';
import { type Authenticate, createAuthenticate } from '../http/authenticate.ts';
import type { HttpServer } from '../http/http-server.ts';
import { DEFAULT_LIMITS } from '../http/limits.ts';
import type { Readiness } from '../http/routes/operations-routes.ts';
import { createServer } from '../http/server.ts';
import { createMetrics, type Readings } from '../metrics/metrics.ts';
import { type AlarmBook, type AlarmKind, createAlarmBook } from '../sync/alarm-book.ts';
import type { NodeData } from '../sync/node-data.ts';
import type { NodeStatus } from '../sync/node-status.ts';
import { statusOfNode } from '../sync/status-of-node.ts';
import type { AttemptOutcome } from '../sync/sync-loop.ts';
import type { Clock } from '../util/clock.ts';
import { describeDuration } from '../util/duration.ts';
import { acceptListed, readClientKeys } from './client-keys.ts';
import { count } from './describe-progress.ts';
import type { JsonLog } from './json-log.ts';
import type { NodePlan } from './node-plan.ts';
import { readTlsFiles, tlsFiles, tlsIdentity } from './tls-identity.ts';
import { version } from './version.ts';
import { type WatchedFiles, watchFiles } from './watched-file.ts';

/** The HTTP server of a node, and what it tells of the node's data. */
export interface NodeServer {
  readonly http: HttpServer;
  /** Which API keys are accepted: those of a list, or every one of the environment. */
  readonly keys: 'listed' | 'environment';
  /** One line for the start-up log. */
  readonly weakKeys: string;
  readonly alarms: AlarmBook;
  /** From now on it answers from these data. The signal ends what an operator has begun. */
  attach(data: NodeData, signal: AbortSignal): void;
  /** Other data are served: keys of their environment are accepted. */
  dataChanged(): void;
  /** Reads changed files of keys and certificates now, and not only soon. */
  reload(): void;
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
  /** Ends the watching of files. */
  readonly signal: AbortSignal;
}

const WEAK_KEYS =
  'warning: without OSO_CLIENT_KEYS_FILE every API key that names this environment is accepted, whatever its secret';

const NOT_STARTED = { ready: false, reason: 'starting', message: 'the node is starting' } as const;

/** Throws CONFIG_INVALID when the files of client keys or TLS cannot be used. */
export async function createNodeServer(options: NodeServerOptions): Promise<NodeServer> {
  const { plan, log, clock, clientId, signal } = options;
  const { settings, identity } = plan.config;
  const keysPath = settings.clientKeysFile;
  const keys = keysPath === undefined ? undefined : await readClientKeys(keysPath);
  const files = tlsFiles(settings);
  const tlsContents = files && (await readTlsFiles(files));
  const token = identity?.token.reveal();
  let data: NodeData | undefined;
  let stop = signal;
  let authenticate: Authenticate = keys === undefined ? keysOf(settings.environment ?? '') : acceptListed(keys);

  function keysOf(environment: string): Authenticate {
    return createAuthenticate({ kind: 'environment', environment, ownToken: token });
  }

  function attached(): NodeData {
    if (data === undefined) throw new Error('the server has no data yet');
    return data;
  }

  const status = () => statusOfNode(attached(), { version: version(), clientId: clientId(), ...statusContext(plan) });
  const read = () => readingsOf(data, http);
  const metrics = createMetrics({ version: version(), nodeVersion: process.version, read });
  const onAlarm = (kind: AlarmKind) => metrics.countAlarm(kind);
  const alarms = createAlarmBook({ log, nowMs: () => clock.nowMs(), onAlarm });
  const http: HttpServer = createServer({
    clock,
    metrics,
    limits: { ...DEFAULT_LIMITS, maxConnections: settings.maxConnections, maxInFlight: settings.maxInFlight },
    log,
    sqlDialect: settings.sqlDialect,
    tls: tlsContents && tlsIdentity(tlsContents),
    authenticate: (authorization) => authenticate(authorization),
    dataSource: {
      acquire: (key) => data?.served.slot.acquire(key),
      get notReadyReason() {
        return data?.served.slot.notReadyReason ?? NOT_STARTED.message;
      },
      get notReadyCode() {
        return data?.served.slot.notReadyCode ?? NOT_STARTED.reason;
      },
    },
    readiness: () => (data === undefined ? NOT_STARTED : readinessOf(data)),
    status: () => (data === undefined ? { state: 'starting' } : status()),
    admin: {
      authenticate: createAuthenticate({ kind: 'listed', digests: token === undefined ? [] : [sha256(token)] }),
      syncNow: () => data?.syncNow() ?? 'waiting',
      pin: (generation) => attached().pin(generation),
      unpin: () => attached().unpin(stop),
    },
  });

  const onProblem = (error: unknown) => {
    alarms.raise('reload', `a changed file was not taken: ${error instanceof Error ? error.message : String(error)}`);
  };
  const reloads: (() => void)[] = [];
  function reloadOnChange(paths: readonly string[], contents: readonly Buffer[], use: WatchedFiles['use']): void {
    const taken = (next: readonly Buffer[]) => {
      use(next);
      alarms.clear('reload');
      log.warn('a changed file is in use', { files: paths });
    };
    reloads.push(watchFiles({ paths, contents, use: taken, onProblem }, clock, signal));
  }
  if (keysPath !== undefined && keys !== undefined) {
    reloadOnChange([keysPath], [keys], ([next = Buffer.of()]) => {
      authenticate = acceptListed(next);
    });
  }
  if (files && tlsContents) {
    reloadOnChange([files.certPath, files.keyPath], tlsContents, (next) => {
      if ('setSecureContext' in http.http) http.http.setSecureContext(tlsIdentity(next));
    });
  }

  return {
    http,
    keys: keys === undefined ? 'environment' : 'listed',
    weakKeys: WEAK_KEYS,
    alarms,
    attach(next, until) {
      data = next;
      stop = until;
    },
    dataChanged() {
      const environment = data?.served.metadata?.environment;
      if (keys === undefined && environment !== undefined) authenticate = keysOf(environment);
    },
    reload() {
      for (const reload of reloads) reload();
    },
    countAttempt(outcome) {
      if (!outcome.ok) metrics.countSyncFailure(outcome.error.code);
    },
    status,
    describe: () => describeServing(status()),
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function statusContext({ config: { settings }, offline }: NodePlan) {
  const { syncIntervalMs: intervalMs, maxAgeWarnMs, maxAgeMs, onStale } = settings;
  return { offline, intervalMs, staleness: { maxAgeWarnMs, maxAgeMs, onStale }, overrides: overridesOf(settings) };
}

/** Flags of the settings that lift a guard. */
export function overridesOf({ allowOlder, allowEnvironment }: Settings): readonly string[] {
  return [...(allowOlder ? ['--allow-older'] : []), ...(allowEnvironment ? ['--allow-environment'] : [])];
}

function readinessOf({ served }: NodeData): Readiness {
  const { unreadiness } = served;
  return unreadiness === undefined
    ? { ready: true }
    : { ready: false, reason: unreadiness.code, message: unreadiness.message };
}

function readingsOf(data: NodeData | undefined, http: HttpServer): Readings {
  const { lastAttemptAtMs: lastSyncAttemptMs, lastSuccessAtMs: lastSyncSuccessMs } = data?.loop.attempts ?? {};
  return {
    ready: data !== undefined && data.served.unreadiness === undefined && !http.draining,
    inFlight: http.inFlight,
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

function describeServing({ environment, tenant, origin, snapshot }: NodeStatus): string {
  if (snapshot === null) return 'serving nothing';
  const { takenAt, ageMs, facts } = snapshot;
  const age = `${describeDuration(ageMs)} old`;
  return `serving environment ${environment} (tenant ${tenant}): ${count(facts)} facts, ${origin}, taken at ${takenAt}, ${age}`;
}
