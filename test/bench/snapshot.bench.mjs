/*
 * Time through a snapshot, and of native tools over the same lines:
 *
 *     node test/bench/snapshot.bench.mjs [--facts 1000000] [--dist dist] [--json]
 *
 * `wall` is what a user waits for, with all processors; `CPU` the processor time of all threads and processes. Ratios are
 * the time of `tar | zstd -3 -T0 | sha256sum`, which packs, divided by the time of ours: above 1 is faster. Its
 * counterpart `zstd -dc | tar -xO | sha256sum`, which unpacks, stands beside it. An export of prepared lines starts where
 * the pipe starts, at the finished lines in a file: the bar is for that one. An export from the index prints the lines
 * first, which the pipe need not do. `written`: compressed and hashed into a file that is on disk, as the pipe does but
 * for the disk; `read back`: also unpacked and checked fact by fact, as `oso-fallback export` does it.
 * All kinds of work take turns, so that what else the machine does slows all of them. Medians of five rounds.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, createWriteStream, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
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
const PREPARED = 'export of prepared lines, written';
const UNPACK = 'zstd -dc | tar -xO | sha256sum';
/** At this size: of what a user waits for, and of processor time. */
const BARS = {
  facts: 1_000_000,
  wall: { [PREPARED]: { least: 0.9 }, verify: { least: 1 } },
  CPU: { import: { least: 400_000, of: 'figure' } },
};
const CONTENT = {
  environment: '0123456789',
  tenant: 'bench',
  source: 'http://127.0.0.1',
  takenAtMs: 1_700_000_000_000,
  policyText: GITHUB_POLICY,
  writer: 'bench',
};
const ROUNDS = 5;
const BUILD_MEMORY_BYTES = 64 * 2 ** 20;
/** Read from the file of prepared lines at a time. */
const PIECE_BYTES = 256 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'snapshot-bench-'));
const path = (name) => join(folder, name);
try {
  const indexPath = path('facts.index');
  await buildIndex(batches(), { path: indexPath, temporaryDirectory: folder, memoryBytes: BUILD_MEMORY_BYTES });
  const index = openIndex(indexPath, { memoryBytes: 2 ** 30, verify: false });
  const { summary } = index;
  const snapshotOf = (facts) => ({ ...CONTENT, facts, summary });
  await writeSnapshot(path('data.snapshot'), snapshotOf(index.lines()));
  writeFileSync(path('facts.jsonl'), Buffer.concat([...index.lines()]));
  const tar = `tar -C ${folder} -cf - facts.jsonl`;
  execFileSync('bash', ['-c', `${tar} | zstd -3 -q -o ${path('facts.zst')}`]);
  const medians = await measure({
    [PACK]: () => nativeTools(`${tar} | zstd -3 -T0 -q | sha256sum`),
    [UNPACK]: () => nativeTools(`zstd -dcq ${path('facts.zst')} | tar -xO | sha256sum`),
    [PREPARED]: () => writeOnly(snapshotOf(preparedLines())),
    'export of prepared lines, read back': () => writeAndCheck(snapshotOf(preparedLines())),
    'export from the index, written': () => writeOnly(snapshotOf(index.lines())),
    'export from the index, read back': () => writeAndCheck(snapshotOf(index.lines())),
    verify,
    import: () => importInto(path('node')),
  });
  const { factCount: facts, lineBytes } = summary;
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

/** The lines that the native tools read, from the same file; each piece until the next one is asked for. */
function* preparedLines() {
  const descriptor = openSync(path('facts.jsonl'));
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  try {
    for (let length = readSync(descriptor, buffer); length > 0; length = readSync(descriptor, buffer)) {
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(descriptor);
  }
}

async function writeAndCheck(content) {
  await writeSnapshot(path('export.snapshot'), content);
}

async function writeOnly(content) {
  const stream = createWriteStream(path('written.snapshot'), { flush: true });
  await writeSnapshot(stream, content);
  await finished(stream.end());
}

async function verify() {
  const { ok } = await verifySnapshot(path('data.snapshot'));
  if (!ok) throw new Error('a good snapshot does not verify');
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
  return { wallMs, cpuMs };
}

function clocks() {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
}

function between(from, to) {
  return { wallMs: to.wallMs - from.wallMs, cpuMs: to.cpuMs - from.cpuMs };
}

/** Median times by name. A work that other processes do tells its time itself. */
async function measure(works) {
  const times = {};
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, work] of Object.entries(works)) {
      const started = clocks();
      const told = await work();
      const time = told ?? between(started, clocks());
      times[name] ??= [];
      if (round > 0) times[name].push(time);
    }
  }
  const middle = (of, key) => median(of.map((time) => time[key]));
  return Object.fromEntries(
    Object.entries(times).map(([name, of]) => [name, { wallMs: middle(of, 'wallMs'), cpuMs: middle(of, 'cpuMs') }]),
  );
}
