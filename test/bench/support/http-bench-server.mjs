/* One of the two servers of http.bench.mjs: it tells its port, and the CPU time it has used when it is asked. */
import { createServer as createBareServer } from 'node:http';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GITHUB_POLICY, githubFacts, githubSizes, seededRandom } from '../github-world.mjs';
import { indexFacts } from './index-facts.mjs';

const SNAPSHOT_ID = '20260101T000000000Z-0123456789ab';

const [, , kind, factCount, dist] = process.argv;
const load = (path) => import(pathToFileURL(resolve(dist, 'src', path)).href);

const server = kind === 'bare' ? bareServer() : await ourServer();
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send(user + system);
});
process.on('disconnect', () => process.exit());

/** The reply of a node, byte for byte but for the request id. */
function bareServer() {
  const bare = createBareServer({ keepAliveTimeout: 72_000 }, (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const body = text === '' ? '{"allowed":true}' : '{"allowed":false}';
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'X-Request-ID': '3e3c1f6e-6b1f-4a3a-9f8e-000000000000',
        'Server-Timing': 'oso;dur=0',
        'Oso-Fallback-Snapshot': SNAPSHOT_ID,
        'Oso-Fallback-Age': '7',
        'Content-Length': body.length,
      });
      response.end(body);
    });
  });
  bare.maxRequestsPerSocket = 10_000;
  return bare;
}

async function ourServer() {
  const { createServer } = await load('http/server.js');
  const { createAuthenticate } = await load('http/authenticate.js');
  const { DEFAULT_LIMITS } = await load('http/limits.js');
  const { createMetrics } = await load('metrics/metrics.js');
  const { createEngine } = await load('engine/create-engine.js');
  const { loadPolicy } = await load('program/load-policy.js');
  const { systemClock } = await load('util/clock.js');
  const { silentLog } = await load('util/log.js');
  const { program } = loadPolicy([{ name: 'github.polar', text: GITHUB_POLICY }]);
  const facts = await indexFacts(githubFacts(githubSizes(Number(factCount)), seededRandom(1)), load);
  const serving = {
    snapshotId: SNAPSHOT_ID,
    takenAtMs: Date.now(),
    policyText: GITHUB_POLICY,
    policyFilename: undefined,
    program,
    engine: createEngine(program, facts),
    facts,
  };
  const pinned = { serving, release: () => {} };
  const node = createServer({
    dataSource: { acquire: () => pinned, notReadyReason: '' },
    authenticate: createAuthenticate({ kind: 'environment', environment: 'bench', ownToken: undefined }),
    clock: systemClock,
    limits: DEFAULT_LIMITS,
    metrics: createMetrics({ version: '0', nodeVersion: process.version, read: () => ({ ready: true, inFlight: 0 }) }),
    log: silentLog,
    readiness: () => ({ ready: true }),
    status: () => ({}),
  });
  return node.http;
}
