import { createHash } from 'node:crypto';
import type { Settings } from '../config/options.ts';
import { OsoError } from '../errors/oso-error.ts';
import { createAuthenticate } from '../http/authenticate.ts';
import type { HttpServer } from '../http/http-server.ts';
import { DEFAULT_LIMITS, type HttpLimits } from '../http/limits.ts';
import type { AdminActions } from '../http/routes/admin-routes.ts';
import { createServer } from '../http/server.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { type AlarmBook, type AlarmKind, createAlarmBook } from '../sync/alarm-book.ts';
import type { NodeData } from '../sync/node-data.ts';
import type { NodeStatus } from '../sync/node-status.ts';
import { statusOfNode } from '../sync/status-of-node.ts';
import type { AttemptOutcome } from '../sync/sync-loop.ts';
import type { Clock } from '../util/clock.ts';
import { Board, createBoardMemory } from '../workers/board.ts';
import { ClientAccess } from '../workers/client-access.ts';
import { Crew } from '../workers/crew.ts';
import { descriptorOf } from '../workers/descriptor-of.ts';
import { createHire } from '../workers/hire.ts';
import { replier } from '../workers/replier.ts';
import { shareLimits } from '../workers/share-limits.ts';
import { readClientKeys } from './client-keys.ts';
import { createFileReloads } from './file-reloads.ts';
import type { JsonLog } from './json-log.ts';
import { memoryLimitBytes, replyMemoryBytes } from './memory-budget.ts';
import type { NodePlan } from './node-plan.ts';
import { describeServing, readinessOf, readingsOf } from './node-readings.ts';
import { fitConnections, openFilesLimit } from './open-files.ts';
import { ageWarnings } from './setting-warnings.ts';
import { readTlsFiles, tlsFiles, tlsIdentity } from './tls-identity.ts';
import { version } from './version.ts';

/** The HTTP server of a node, and what it tells of the node's data. */
export interface NodeServer {
  /** Of the first thread, which answers like all others. */
  readonly http: HttpServer;
  /** The other threads. They begin when there are data to serve. */
  readonly crew: Crew;
  /** Which API keys are accepted: those of a list, or every one of the environment. */
  readonly keys: 'listed' | 'environment';
  /** Lines for whoever starts it. */
  readonly warnings: readonly string[];
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
  /** Threads that answer. */
  readonly threads: number;
  readonly log: JsonLog;
  readonly clock: Clock;
  readonly clientId: () => string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the watching of files. */
  readonly signal: AbortSignal;
}

const WEAK_KEYS =
  'warning: without OSO_CLIENT_KEYS_FILE every API key that names this environment is accepted, whatever its secret';

const NOT_STARTED = { ready: false, reason: 'starting', message: 'the node is starting' } as const;

const MIB = 1024 * 1024;

/** The program of all threads but the first. Once they are put together, programs lie beside this module. */
const WORKER = new URL('worker.js', import.meta.url);

/** Throws CONFIG_INVALID when the files of client keys or TLS cannot be used. */
export async function createNodeServer(options: NodeServerOptions): Promise<NodeServer> {
  const { plan, threads, log, clock, clientId, signal } = options;
  const { settings } = plan.config;
  const keysPath = settings.clientKeysFile;
  const keys = keysPath === undefined ? undefined : await readClientKeys(keysPath);
  const files = tlsFiles(settings);
  const tlsContents = files && (await readTlsFiles(files));
  const tls = tlsContents && tlsIdentity(tlsContents);
  // Also of a node that contacts no control plane, and was told nothing else.
  const ownToken = settings.apiToken?.reveal();
  const operatorDigest = ownToken === undefined ? undefined : sha256(ownToken);
  const { environment, sqlDialect } = settings;
  const access = new ClientAccess({ clientKeys: keys, ownToken, environment });
  let data: NodeData | undefined;
  let stop = signal;

  function attached(): NodeData {
    if (data === undefined) throw new OsoError('NOT_READY', NOT_STARTED.message);
    return data;
  }

  const board = new Board(createBoardMemory(threads));
  const context = { version: version(), ...statusContext(plan) };
  const status = () => {
    const workers = { wanted: threads, answering: 1 + crew.listening };
    return statusOfNode(attached(), { ...context, clientId: clientId(), workers, isDraining: http.draining });
  };
  const metrics = createMetrics({
    version: version(),
    nodeVersion: process.version,
    requests: board.memory.requests[0],
    read: () => readingsOf(data, http, { crew, board }),
  });
  const onAlarm = (kind: AlarmKind) => metrics.countAlarm(kind);
  const alarms = createAlarmBook({ log, nowMs: () => clock.nowMs(), onAlarm });
  const actions: AdminActions = {
    syncNow: () => data?.syncNow() ?? 'waiting',
    pin: (generation) => attached().pin(generation),
    unpin: () => attached().unpin(stop),
  };
  const reported = () => (data === undefined ? { state: 'starting' } : status());
  const openFiles = openFilesLimit();
  const wanted = limitsOf(settings);
  const limits = shareLimits({ ...wanted, ...fitConnections(wanted, openFiles, threads) }, threads);
  const fewer = `warning: a limit of ${openFiles} open files leaves room for ${limits.maxConnections} connections instead of ${wanted.maxConnections}`;
  const http: HttpServer = createServer({
    clock,
    metrics,
    limits,
    log,
    sqlDialect,
    tls,
    connections: board.connections(1),
    authenticate: access.authenticate,
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
    status: reported,
    admin: {
      authenticate: createAuthenticate({ kind: 'listed', digests: operatorDigest ? [operatorDigest] : [] }),
      ...actions,
    },
  });
  const { staleness } = context;
  const crew: Crew = new Crew({
    size: threads - 1,
    board,
    hire: createHire({ entry: WORKER, env: options.env }),
    settings: { limits, staleness, sqlDialect, operatorDigest, ownToken, metricsType: metrics.contentType },
    access: { clientKeys: keys, tls },
    clock,
    log,
    listener: () => descriptorOf(http.http),
    ageMs: () => data?.served.ageMs,
    reply: replier({ status: reported, metrics: () => metrics.render(), actions }),
    onRestart: () => metrics.countWorkerRestart(),
  });

  const reloads = createFileReloads({ alarms, log, clock, signal });
  if (keysPath !== undefined && keys !== undefined) {
    reloads.add({
      paths: [keysPath],
      contents: [keys],
      use([clientKeys = Buffer.of()]) {
        access.use(clientKeys);
        crew.changeAccess({ clientKeys });
      },
    });
  }
  if (files && tlsContents) {
    reloads.add({
      paths: [files.certPath, files.keyPath],
      contents: tlsContents,
      use(next) {
        const identityNow = tlsIdentity(next);
        if ('setSecureContext' in http.http) http.http.setSecureContext(identityNow);
        crew.changeAccess({ tls: identityNow });
      },
    });
  }

  return {
    http,
    crew,
    keys: keys === undefined ? 'environment' : 'listed',
    warnings: [
      ...(keys === undefined ? [WEAK_KEYS] : []),
      ...(limits.maxConnections < wanted.maxConnections ? [fewer] : []),
      ...ageWarnings(settings, plan),
    ],
    alarms,
    attach(next, until) {
      data = next;
      stop = until;
    },
    dataChanged() {
      const { metadata } = attached().served;
      if (metadata !== undefined) access.serves(metadata.environment);
    },
    reload: () => reloads.readNow(),
    countAttempt(outcome) {
      if (!outcome.ok) metrics.countSyncFailure(outcome.error.code);
    },
    status,
    describe: () => describeServing(status()),
  };
}

function limitsOf({ maxConnections, maxInFlight, maxBodyMib, maxReplyMib, questionTimeoutMs }: Settings): HttpLimits {
  const ownBytes = maxReplyMib === undefined ? undefined : maxReplyMib * MIB;
  return {
    ...DEFAULT_LIMITS,
    maxConnections,
    maxInFlight,
    maxBodyBytesInFlight: maxBodyMib * MIB,
    maxReplyBytesHeld: ownBytes ?? replyMemoryBytes(memoryLimitBytes()),
    maxEvaluationMs: questionTimeoutMs,
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
