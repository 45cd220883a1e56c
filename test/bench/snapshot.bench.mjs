/*
 * Time through a snapshot, and of native tools over the same lines:
 *
 *     node test/bench/snapshot.bench.mjs [--facts 1000000] [--dist dist] [--json]
 *
 * `wall` is what a user waits for, with all processors; `CPU` the processor time of all threads and processes. Ratios are
 * the time of `tar | zstd -3 -T0 | sha256sum`, which packs, divided by the time of ours: above 1 is faster. Its
 * counterpart `zstd -dc | tar -xO | sha256sum`, which unpacks, stands beside it. `export` is made of facts that are
 * sorted already: `write` compresses them into a file that is on disk, `check` reads that file back whole.
 * All kinds of work take turns, so that what else the machine does slows all of them. Medians of five rounds.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { GITHUB_POLICY, githubFacts, githubSizes, seededRandom } from './github-world.mjs';
import { median, readBench } from './support/bench.mjs';

const { values, load, report, note } = readBench({ facts: '1000000' });
const factCount = Number(values.facts);
const { buildIndex } = await load('facts/index/build-index.js');
const { openIndex } = await load('facts/index/open-index.js');
const { openDataDirectory } = await load('generations/data-directory.js');
const { openSnapshot } = await load('snapshot/read-snapshot.js');
const { verifySnapshot } = await load('snapshot/verify-snapshot.js');
const { writeSnapshot } = await load('snapshot/write-snapshot.js');
const { importSnapshot } = await load('sync/import-snapshot.js');
const { systemClock } = await load('util/clock.js');

const PACK = 'tar | zstd -3 -T0 | sha256sum';
const UNPACK = 'zstd -dc | tar -xO | sha256sum';
/** At this size: of what a user waits for, and of processor time. */
const BARS = {
  facts: 1_000_000,
  wall: { export: { least: 0.9 }, verify: { least: 1 } },
  CPU: { import: { least: 400_000, of: 'figure' } },
};
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
  const tar = `tar -C ${folder} -cf - facts.jsonl`;
  execFileSync('bash', ['-c', `${tar} | zstd -3 -q -o ${path('facts.zst')}`]);
  const medians = await measure({
    [PACK]: () => nativeTools(`${tar} | zstd -3 -T0 -q | sha256sum`),
    [UNPACK]: () => nativeTools(`zstd -dcq ${path('facts.zst')} | tar -xO | sha256sum`),
    export: () => exportFrom(index),
    verify: () => verifySnapshot(path('data.snapshot')),
    import: () => importInto(path('node')),
  });
  const { factCount: facts, lineBytes } = index.summary;
  index[Symbol.dispose]();
  note(`${facts} facts, ${lineBytes} bytes of lines, ${process.version}, load ${loadavg()[0]?.toFixed(1)}`);
  const { [PACK]: pack, ...works } = medians;
  for (const [name, { wallMs, cpuMs }] of Object.entries(works)) {
    tell({ name, facts, clock: 'wall', ms: wallMs, packMs: pack.wallMs });
    tell({ name, facts, clock: 'CPU', ms: cpuMs, packMs: pack.cpuMs });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function tell({ name, facts, clock, ms, packMs }) {
  const bar = factCount === BARS.facts ? BARS[clock][name] : undefined;
  const figure = (facts / ms) * 1000;
  report({ name: `${name}, ${clock}`, figure, unit: 'facts/s', baseline: PACK, ratio: packMs / ms, bar });
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

/** Facts that are prepared, written and read back: the time of both together, and of each. */
async function exportFrom(index) {
  let check;
  const started = clocks();
  const content = {
    environment: '0123456789',
    tenant: 'bench',
    source: 'http://127.0.0.1',
    takenAtMs: 1_700_000_000_000,
    policyText: GITHUB_POLICY,
    facts: index.lines(),
    summary: index.summary,
    writer: 'bench',
  };
  const progress = (stage) => {
    if (stage === 'check') check ??= clocks();
  };
  await writeSnapshot(path('data.snapshot'), content, { progress });
  return { 'export: write': between(started, check), 'export: check': between(check, clocks()) };
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

function nativeTools(command) {
  const started = clocks();
  const text = execFileSync('bash', ['-c', `${command} > /dev/null; times`], { encoding: 'utf8' });
  const { wallMs } = between(started, clocks());
  const seconds = [...(text.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  const cpuMs = seconds.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0) * 1000;
  return { '': { wallMs, cpuMs } };
}

function clocks() {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
}

function between(from, to) {
  return { wallMs: to.wallMs - from.wallMs, cpuMs: to.cpuMs - from.cpuMs };
}

/** Median times by name. A work may tell the times of its parts, or under the empty name its own. */
async function measure(works) {
  const times = {};
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, work] of Object.entries(works)) {
      const started = clocks();
      const told = await work();
      const own = { [name]: told?.[''] ?? between(started, clocks()) };
      const parts = name === 'export' ? told : {};
      for (const [part, time] of Object.entries({ ...own, ...parts })) {
        times[part] ??= [];
        if (round > 0) times[part].push(time);
      }
    }
  }
  const middle = (of, key) => median(of.map((time) => time[key]));
  return Object.fromEntries(
    Object.entries(times).map(([name, of]) => [name, { wallMs: middle(of, 'wallMs'), cpuMs: middle(of, 'cpuMs') }]),
  );
}
