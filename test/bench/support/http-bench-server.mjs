/* One of the two servers of http.bench.mjs: it tells its port, and the CPU time it has used when it is asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createBareServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GITHUB_POLICY, githubFacts, githubSizes, seededRandom } from '../github-world.mjs';

const [, , kind, factCount, dist] = process.argv;
const load = (path) => import(pathToFileURL(resolve(dist, 'src', path)).href);

const server = kind === 'bare' ? bareServer() : await ourServer();
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send(user + system);
});
process.on('disconnect', () => process.exit());

function bareServer() {
  return createBareServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { actor_id: actor } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const body = actor === '' ? '{"allowed":true}' : '{"allowed":false}';
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
      response.end(body);
    });
  });
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
  const facts = await indexedFacts();
  const serving = {
    snapshotId: '20260101T000000000Z-0123456789ab',
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

async function indexedFacts() {
  const { buildIndex } = await load('facts/index/build-index.js');
  const { openIndex } = await load('facts/index/open-index.js');
  const directory = mkdtempSync(join(tmpdir(), 'http-bench-'));
  const made = [...githubFacts(githubSizes(Number(factCount)), seededRandom(1))];
  try {
    const path = join(directory, 'facts.index');
    const batches = (async function* () {
      for (let at = 0; at < made.length; at += 4096) yield made.slice(at, at + 4096);
    })();
    await buildIndex(batches, { path, temporaryDirectory: directory, memoryBytes: 64 * 2 ** 20 });
    return openIndex(path, { memoryBytes: 1024 * 2 ** 20, verify: false }).reader;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
