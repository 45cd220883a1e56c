/*
 * How cost grows with the number of facts:
 *
 *     node test/bench/scale.bench.mjs [--sizes 10000,100000,1000000,10000000] [--ids short|uuid] [--limit-mb MB]
 *         [--results FILE] [--svg docs/scale.svg] [--shapes no]
 *
 * For each size a generation of the GitHub-like world is made; then it is asked in process, and a node serves it: start
 * until the first decision, and processor time a request. Sizes take turns at both, since the machine may be another one
 * a minute later, and growth is the median over turns. With `--limit-mb` nodes run under a hard memory limit. The nodes
 * have the first core, the load the second. `--results` keeps what was found, so that sizes can be run one at a time;
 * `--svg` draws all that it holds. At last some extreme shapes are asked: a long chain, a deep nesting, a large hub.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, readBench } from './support/bench.mjs';
import { authorizeRequest, loadServer, packRequests } from './support/load-server.mjs';
import { createMemoryLimit } from './support/memory-limit.mjs';
import { printCurves } from './support/print-curves.mjs';
import { runProcess, startProcess } from './support/run-process.mjs';

const { values, note, report } = readBench({
  sizes: '10000,100000,1000000,10000000',
  ids: 'short',
  'limit-mb': '',
  results: '',
  svg: '',
  shapes: 'yes',
});
const STARTS = 5;
/** In which every size is asked once. */
const TURNS = 5;
const ROUND_SECONDS = 4;
const RESIDENT_BYTES = 2 ** 30;
const here = (file) => fileURLToPath(new URL(`support/${file}`, import.meta.url));
const CLI = join(values.dist, 'bin/oso-fallback.js');

spawnSync('taskset', ['-a', '-p', '-c', '1', String(process.pid)]);
const results = values.results !== '' && existsSync(values.results) ? JSON.parse(readFileSync(values.results)) : [];
const sizes = values.sizes.split(',').filter((text) => text !== '');
const folder = mkdtempSync(join(tmpdir(), 'scale-bench-'));
try {
  const worlds = [];
  for (const size of sizes) worlds.push(await makeWorld(Number(size)));
  for (let turn = 0; turn < TURNS; turn++) for (const world of worlds) await askInProcess(world);
  for (const world of worlds) await startOften(world);
  for (const world of worlds) await startNode(world);
  for (let turn = 0; turn <= TURNS; turn++) for (const world of worlds) await askNode(world, turn);
  for (const world of worlds) await stopNode(world);
  for (const world of worlds) results.push(summarize(world));
  results.slice(-worlds.length).forEach(tell);
  if (worlds.length > 1) tellGrowth(worlds);
  if (values.results !== '') writeFileSync(values.results, `${JSON.stringify(results, undefined, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
if (values.shapes !== 'no') {
  const bar = { most: 1_000, of: 'figure' };
  for (const [name, { millis }] of Object.entries(await child('ask-shapes.mjs')))
    report({ name, figure: millis, unit: 'ms of processor time', bar });
}
if (values.svg !== '') writeFileSync(values.svg, draw(results.filter(({ ids }) => ids === values.ids)));

/** A generation on disk, and what was measured of it, turn by turn. */
async function makeWorld(size) {
  const directory = join(folder, `node-${size}`);
  const questionsFile = join(folder, `questions-${size}.json`);
  const made = await child('make-generation.mjs', directory, size, values.ids, questionsFile);
  return { size, directory, questionsFile, made, engine: [], startMs: [], http: [] };
}

async function askInProcess({ directory, questionsFile, engine }) {
  engine.push(await child('ask-generation.mjs', directory, RESIDENT_BYTES, questionsFile));
}

async function startOften(world) {
  const questions = JSON.parse(readFileSync(world.questionsFile, 'utf8'));
  world.requests = packRequests(questions.map(authorizeRequest));
  for (let start = 0; start < STARTS; start++) {
    const node = await serve(world);
    await loadServer(node, [world.requests.at(0)], 0);
    world.startMs.push(performance.now() - node.startedMs);
    await node.stop();
  }
}

async function startNode(world) {
  world.node = await serve(world);
}

/** The first turn warms up. */
async function askNode({ node, requests, http }, turn) {
  const round = await loadServer(node, requests, ROUND_SECONDS);
  if (turn > 0) http.push(round);
}

async function stopNode(world) {
  world.stopped = await world.node.stop();
}

function summarize({ size, made, engine, startMs, http, stopped }) {
  const middle = (rounds, read) => median(rounds.map(read));
  return {
    size,
    ids: values.ids,
    made,
    engine: {
      authorize: { micros: middle(engine, ({ authorize }) => authorize.micros) },
      list: { micros: middle(engine, ({ list }) => list.micros), mean: engine[0].list.mean },
      actions: { micros: middle(engine, ({ actions }) => actions.micros) },
    },
    startMs,
    http: {
      micros: middle(http, ({ micros }) => micros),
      rate: middle(http, ({ rate }) => rate),
      busy: middle(http, ({ busy }) => busy),
    },
    ...stopped,
  };
}

/** From the smallest to the largest, turn by turn. The bars are for 10 k to 10 M facts. */
function tellGrowth(worlds) {
  const [least, ...others] = [...worlds].sort((a, b) => a.size - b.size);
  const most = others.at(-1);
  const isPromised = least.size === 10_000 && most.size === 10_000_000 && values['limit-mb'] === '';
  const growth = (what, key, read, bar) =>
    report({
      name: `${what}, ${most.size.toLocaleString('en')} facts`,
      figure: median(most[key].map(read)),
      unit: 'µs',
      baseline: `${least.size.toLocaleString('en')} facts`,
      ratio: median(most[key].map((round, turn) => read(round) / read(least[key][turn]))),
      bar: isPromised ? { most: bar } : undefined,
    });
  growth('growth in process', 'engine', ({ authorize }) => authorize.micros, 4);
  growth('growth over HTTP', 'http', ({ micros }) => micros, 1.3);
}

async function child(file, ...args) {
  const command = ['taskset', '-c', '0', process.execPath, here(file), values.dist, ...args.map(String)];
  const { stdout } = await runProcess(command);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** A node that listens and has data. */
async function serve({ directory, size }) {
  const limitBytes = Number(values['limit-mb']) * 2 ** 20;
  const limit = limitBytes > 0 ? createMemoryLimit(`oso-bench-scale-${size}`, limitBytes) : undefined;
  const startedMs = performance.now();
  const args = ['serve', '--offline', '--directory', directory, '--port', '0', '--json'];
  const node = startProcess(['taskset', '-c', '0', process.execPath, CLI, ...args], { limit, isWatched: false });
  const kill = () => node.child.kill('SIGKILL');
  process.once('exit', kill);
  for (;;) {
    const event = node
      .stdout()
      .split('\n')
      .find((line) => line.includes('"serving"'));
    if (event?.endsWith('}')) {
      const url = new URL(JSON.parse(event).url);
      const stop = async () => {
        const peakRssBytes = peakOf(node.child.pid);
        node.child.kill('SIGINT');
        await node.ended;
        process.off('exit', kill);
        const kills = limit?.kills();
        limit?.remove();
        return { peakRssBytes, kills };
      };
      return { pid: node.child.pid, port: Number(url.port), startedMs, stop };
    }
    if (node.child.exitCode !== null) throw new Error(`the node ended\n${node.stderr()}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Of a process, since its start; as the kernel has counted. */
function peakOf(pid) {
  return Number(/VmHWM:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

function tell({ size, ids, made, engine, startMs, http, peakRssBytes, kills }) {
  const name = (what) => `${what}, ${size.toLocaleString('en')} facts, ${ids} ids`;
  report({ name: name('build'), figure: made.facts / made.cpuSeconds, unit: 'facts/s of processor time' });
  report({ name: name('index'), figure: made.indexBytes / made.facts, unit: 'bytes/fact' });
  report({ name: name('in process'), figure: engine.authorize.micros, unit: 'µs/decision' });
  report({ name: name('over HTTP'), figure: http.micros, unit: 'µs/request' });
  report({ name: name('over HTTP'), figure: http.rate, unit: 'requests/s' });
  report({ name: name('list, an answer'), figure: engine.list.micros / (1 + engine.list.mean), unit: 'µs' });
  report({ name: name('actions'), figure: engine.actions.micros, unit: 'µs' });
  report({ name: name('start to the first decision'), figure: median(startMs), unit: 'ms' });
  note(
    `${http.busy} turned away; peak ${Math.round(peakRssBytes / 1e6)} MB${kills === undefined ? '' : `, ${kills} killed for memory`}`,
  );
}

/** Curves over all sizes that were measured. */
function draw(found) {
  const points = (read) => found.map((result) => [result.size, read(result)]).sort(([a], [b]) => a - b);
  return printCurves({
    title: 'Processor time of one random authorize',
    x: { label: 'facts', ticks: [10_000, 100_000, 1_000_000, 10_000_000].map((n) => [n, n.toLocaleString('en')]) },
    y: { label: 'µs', ticks: [0.5, 1, 2, 5, 10, 20, 50, 100].map((n) => [n, String(n)]) },
    curves: [
      { name: 'over HTTP', points: points(({ http }) => http.micros) },
      { name: 'in process', points: points(({ engine }) => engine.authorize.micros) },
      { name: 'list, per answer', points: points(({ engine }) => engine.list.micros / (1 + engine.list.mean)) },
    ],
  });
}
