import { once } from 'node:events';
import type { Server } from 'node:http';
import { openDataDirectory } from '../../../src/generations/data-directory.ts';
import { generationPath } from '../../../src/generations/list-generations.ts';
import { openGeneration } from '../../../src/generations/open-generation.ts';
import { stageGeneration } from '../../../src/generations/stage-generation.ts';
import { createAuthenticate } from '../../../src/http/authenticate.ts';
import { DEFAULT_LIMITS } from '../../../src/http/limits.ts';
import type { AdminActions } from '../../../src/http/routes/admin-routes.ts';
import { createServer } from '../../../src/http/server.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { createElapsed } from '../../../src/sync/elapsed.ts';
import { ServedData } from '../../../src/sync/served-data.ts';
import { systemClock } from '../../../src/util/clock.ts';
import type { LogFields } from '../../../src/util/log.ts';
import { Board, createBoardMemory } from '../../../src/workers/board.ts';
import { Crew } from '../../../src/workers/crew.ts';
import { descriptorOf } from '../../../src/workers/descriptor-of.ts';
import { createHire } from '../../../src/workers/hire.ts';
import { replier } from '../../../src/workers/replier.ts';
import { shareLimits } from '../../../src/workers/share-limits.ts';
import { stageOptions } from '../../generations/support/sample-generation.ts';
import { FACTS, POLICY, TAKEN_AT_MS, temporaryDirectory } from '../../snapshot/support/sample-snapshot.ts';
import { listen } from '../../support/http-client.ts';

/** Threads as in production, but for the orders that they take. */
const MORTAL = new URL('mortal-worker.mjs', import.meta.url);

export const KEY = 'e_0123456789_1_x';

/** What a node is made of as far as threads matter: the first one here, and real ones beside it. */
export async function startThreads(
  count: number,
  options: { readonly memoryBytes?: number; readonly maxConnections?: number } = {},
) {
  const parent = temporaryDirectory();
  const directory = await openDataDirectory(parent.file('data'), 'test');
  const board = new Board(createBoardMemory(count));
  const logged: [message: string, fields: LogFields][] = [];
  const say = (message: string, fields: LogFields = {}) => void logged.push([message, fields]);
  const log = { info: say, warn: say, error: say };
  const channel = `orders-${process.pid}-${directory.path}`;
  const staleness = { maxAgeWarnMs: 1e12, maxAgeMs: 1e12, onStale: 'serve' } as const;
  const { maxConnections = DEFAULT_LIMITS.maxConnections } = options;
  const limits = shareLimits({ ...DEFAULT_LIMITS, maxConnections }, count);
  const metrics = createMetrics({
    version: '0',
    nodeVersion: '0',
    requests: board.memory.requests[0],
    read: () => ({
      ready: true,
      inFlight: 0,
      heldReplyBytes: 0,
      serving: undefined,
      lastSyncAttemptMs: undefined,
      lastSyncSuccessMs: undefined,
      workers: { count: 1 + crew.listening, turnedAway: 0, requests: board.memory.requests.slice(1) },
    }),
  });
  const status = () => ({ listening: crew.listening });
  const actions: AdminActions = { syncNow: () => 'offline', pin: async () => 'x', unpin: async () => null };
  const crew: Crew = new Crew({
    size: count - 1,
    board,
    hire: createHire({ entry: MORTAL, env: {}, heapMib: 64 }),
    settings: {
      limits,
      staleness,
      sqlDialect: 'postgresql',
      operatorDigest: undefined,
      ownToken: undefined,
      metricsType: channel,
    },
    access: { clientKeys: undefined, tls: undefined },
    clock: systemClock,
    log,
    listener: () => descriptorOf(server.http),
    ageMs: () => served.ageMs,
    reply: replier({ status, metrics: () => metrics.render(), actions }),
    onRestart: () => metrics.countWorkerRestart(),
  });
  const own = board.connections(1);
  const elapsed = createElapsed(systemClock, () => systemClock.monotonicMs());
  const served = new ServedData({ clock: systemClock, elapsed, staleness, followers: crew, onChange: () => {} });
  const server = createServer({
    clock: systemClock,
    metrics,
    limits,
    log,
    connections: own,
    authenticate: createAuthenticate({ kind: 'environment', environment: '0123456789', ownToken: undefined }),
    dataSource: served.slot,
    readiness: () => ({ ready: true }),
    status,
  });
  const port = await listen(server.http);
  const orders = new BroadcastChannel(channel);
  let made = 0;

  /** Publishes and serves one more generation, whose policy ends with these words. */
  async function serve(words = ''): Promise<string> {
    made += 1;
    const of = { takenAtMs: TAKEN_AT_MS + made, policyText: `${POLICY}# ${made} ${words}\n`, of: FACTS };
    const staged = await stageGeneration(directory, stageOptions(of));
    (await staged.publish()).close();
    const { memoryBytes = 2 ** 24 } = options;
    const { id } = staged.metadata;
    const opened = await openGeneration(generationPath(directory, id), {
      memoryBytes,
      threads: count,
      clock: systemClock,
    });
    await served.adopt(opened, { origin: 'live', confirmedAtMs: systemClock.nowMs() });
    return id;
  }

  return {
    port,
    crew,
    metrics,
    logged,
    serve,
    server,
    /** Connections that all threads together count. */
    connections() {
      const count = own.opened() - 1;
      own.closed();
      return count;
    },
    order: (number: number, how: 'throw' | 'exhaust' | 'leave') => orders.postMessage({ number, how }),
    async allListen(wanted = count - 1) {
      while (crew.listening < wanted) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    async [Symbol.asyncDispose]() {
      orders.close();
      await crew.close();
      await closeServer(server.http);
      served.empty();
      directory.close();
      parent[Symbol.dispose]();
    },
  };
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
