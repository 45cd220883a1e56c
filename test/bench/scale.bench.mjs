/*
 * How cost grows with the number of facts:
 *
 *     node test/bench/scale.bench.mjs [--sizes 10000,100000,1000000,10000000] [--ids short|uuid] [--limit-mb MB]
 *         [--results FILE] [--svg docs/scale.svg] [--shapes no]
 *
 * For each size a generation of the GitHub-like world is made; then it is asked in process, and a node serves it: start
 * until the first decision, and processor time a request. With `--limit-mb` the node runs under a hard memory limit. The
 * node has the first core, the load the second. `--results` keeps what was found, so that sizes can be run one at a time;
 * `--svg` draws all that it holds. At last some extreme shapes are asked: a long chain, a deep nesting, a large hub.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, readBench } from './support/bench.mjs';
import { authorizeRequest, loadServer } from './support/load-server.mjs';
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
const ROUNDS = 3;
const ROUND_SECONDS = 4;
const RESIDENT_BYTES = 2 ** 30;
const here = (file) => fileURLToPath(new URL(`support/${file}`, import.meta.url));
const CLI = join(values.dist, 'bin/oso-fallback.js');

spawnSync('taskset', ['-a', '-p', '-c', '1', String(process.pid)]);
const results = values.results !== '' && existsSync(values.results) ? JSON.parse(readFileSync(values.results)) : [];
for (const size of values.sizes.split(',').filter((text) => text !== '')) {
  const folder = mkdtempSync(join(tmpdir(), 'scale-bench-'));
  try {
    const result = await measure(Number(size), folder);
    results.push(result);
    tell(result);
    if (values.results !== '') writeFileSync(values.results, `${JSON.stringify(results, undefined, 1)}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
if (values.shapes !== 'no') {
  const bar = { most: 1_000, of: 'figure' };
  for (const [name, { millis }] of Object.entries(await child('ask-shapes.mjs')))
    report({ name, figure: millis, unit: 'ms of processor time', bar });
}
if (values.svg !== '') writeFileSync(values.svg, draw(results.filter(({ ids }) => ids === values.ids)));

async function measure(size, folder) {
  const directory = join(folder, 'node');
  const questionsFile = join(folder, 'questions.json');
  const made = await child('make-generation.mjs', directory, size, values.ids, questionsFile);
  const engine = await child('ask-generation.mjs', directory, RESIDENT_BYTES, questionsFile);
  const requests = JSON.parse(readFileSync(questionsFile, 'utf8')).map(authorizeRequest);
  const starts = [];
  for (let start = 0; start < STARTS; start++) {
    const node = await serve(directory);
    await loadServer(node, requests.slice(0, 1), 0);
    starts.push(performance.now() - node.startedMs);
    await node.stop();
  }
  const node = await serve(directory);
  const rounds = [];
  for (let round = 0; round <= ROUNDS; round++) rounds.push(await loadServer(node, requests, ROUND_SECONDS));
  const middle = (key) => median(rounds.slice(1).map((round) => round[key]));
  const http = { micros: middle('micros'), rate: middle('rate'), busy: middle('busy') };
  return { size, ids: values.ids, made, engine, startMs: starts, http, ...(await node.stop()) };
}

async function child(file, ...args) {
  const command = ['taskset', '-c', '0', process.execPath, here(file), values.dist, ...args.map(String)];
  const { stdout } = await runProcess(command);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

/** A node that listens and has data. */
async function serve(directory) {
  const limitBytes = Number(values['limit-mb']) * 2 ** 20;
  const limit = limitBytes > 0 ? createMemoryLimit('oso-bench-scale', limitBytes) : undefined;
  const startedMs = performance.now();
  const args = ['serve', '--offline', '--directory', directory, '--port', '0', '--json'];
  const node = startProcess(['taskset', '-c', '0', process.execPath, CLI, ...args], { limit });
  process.once('exit', () => node.child.kill('SIGKILL'));
  for (;;) {
    const event = node
      .stdout()
      .split('\n')
      .find((line) => line.includes('"serving"'));
    if (event?.endsWith('}')) {
      const url = new URL(JSON.parse(event).url);
      const stop = async () => {
        node.child.kill('SIGINT');
        const { peakRssBytes } = await node.ended;
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
