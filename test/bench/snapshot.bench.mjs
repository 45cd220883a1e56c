/*
 * Facts per second of processor time through a snapshot, and the same bytes through `tar | zstd -3 | sha256sum`:
 *
 *     node test/bench/snapshot.bench.mjs [facts] [dist]
 *
 * All kinds of work take turns, so that what else the machine does slows all of them. Medians of five rounds.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GITHUB_POLICY, githubFacts, githubSizes, seededRandom } from './github-world.mjs';

const factCount = Number(process.argv[2] ?? 1_000_000);
const dist = resolve(process.argv[3] ?? 'dist');
const load = (path) => import(pathToFileURL(resolve(dist, 'src', path)).href);
const { buildIndex } = await load('facts/index/build-index.js');
const { openIndex } = await load('facts/index/open-index.js');
const { openDataDirectory } = await load('generations/data-directory.js');
const { openSnapshot } = await load('snapshot/read-snapshot.js');
const { verifySnapshot } = await load('snapshot/verify-snapshot.js');
const { writeSnapshot } = await load('snapshot/write-snapshot.js');
const { importSnapshot } = await load('sync/import-snapshot.js');
const { systemClock } = await load('util/clock.js');

const PIPE = 'tar | zstd -3 | sha256sum';
const ROUNDS = 5;
const BUILD_MEMORY_BYTES = 64 * 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'snapshot-bench-'));
const path = (name) => join(folder, name);
try {
  const indexPath = path('facts.index');
  await buildIndex(batches(), { path: indexPath, temporaryDirectory: folder, memoryBytes: BUILD_MEMORY_BYTES });
  const index = openIndex(indexPath, { memoryBytes: 2 ** 30, verify: false });
  await exportFrom(index);
  writeFileSync(path('facts.jsonl'), Buffer.concat([...index.lines()]));
  const micros = await measure({
    [PIPE]: () => pipeMicros(),
    export: () => exportFrom(index),
    verify: () => verifySnapshot(path('data.snapshot')),
    import: () => importInto(path('node')),
  });
  const { factCount: facts, lineBytes } = index.summary;
  index[Symbol.dispose]();
  console.log(`${facts} facts, ${lineBytes} bytes of lines, ${process.version}, load ${loadavg()[0]?.toFixed(1)}`);
  for (const [name, value] of Object.entries(micros)) {
    const rate = Math.round((facts / value) * 1e6).toLocaleString('en');
    const ratio = (micros[PIPE] / value).toFixed(2);
    console.log(`${name.padEnd(26)} ${rate.padStart(12)} facts/s of CPU, ${ratio} × the pipe`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function* batches() {
  let batch = [];
  for (const fact of githubFacts(githubSizes(factCount), seededRandom(1))) {
    if (batch.push(fact) < 2048) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

/** Facts that are prepared, written and read back. */
function exportFrom(index) {
  return writeSnapshot(path('data.snapshot'), {
    environment: '0123456789',
    tenant: 'bench',
    source: 'http://127.0.0.1',
    takenAtMs: 1_700_000_000_000,
    policyText: GITHUB_POLICY,
    facts: index.lines(),
    summary: index.summary,
    writer: 'bench',
  });
}

/** Into an empty data directory, ready to be served. */
async function importInto(directoryPath) {
  rmSync(directoryPath, { recursive: true, force: true });
  const directory = await openDataDirectory(directoryPath, 'bench');
  const snapshot = await openSnapshot(path('data.snapshot'));
  const options = { guards: {}, clock: systemClock, memoryBytes: BUILD_MEMORY_BYTES, onAlarm: () => undefined };
  const staged = await importSnapshot(directory, snapshot, options);
  (await staged.publish()).close();
  await snapshot.close();
  directory.close();
}

/** Processor time of the native tools over the same lines. */
function pipeMicros() {
  const command = `tar -C ${folder} -cf - facts.jsonl | zstd -3 -q | sha256sum > /dev/null; times`;
  const [, ofChildren = ''] = execFileSync('bash', ['-c', command], { encoding: 'utf8' }).split('\n');
  const seconds = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)];
  return seconds.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0) * 1e6;
}

/** Medians of microseconds, by name; works that do not measure themselves are measured as this process. */
async function measure(works) {
  const rounds = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const micros = {};
    for (const [name, work] of Object.entries(works)) {
      const before = process.cpuUsage();
      const measured = await work();
      const { user, system } = process.cpuUsage(before);
      micros[name] = typeof measured === 'number' ? measured : user + system;
    }
    if (round > 0) rounds.push(micros);
  }
  const median = (name) => rounds.map((micros) => micros[name]).sort((a, b) => a - b)[ROUNDS >> 1];
  return Object.fromEntries(Object.keys(works).map((name) => [name, median(name)]));
}
