/*
 * What requests notice of a sync: a node answers so many authorize questions a second, first in quiet, then while it
 * copies all facts once more, builds an index of them and swaps it in.
 *
 *     node test/bench/sync.bench.mjs [--facts 1000000] [--rate 1000] [--rounds 3] [--dist dist] [--json]
 *
 * The control plane is a dev-server; it runs at the lowest priority, because in truth it has a machine of its own. The load
 * shares the two cores with all of them. Latencies count from the moment a request was due. Medians of the rounds.
 *
 * In quiet one core is as good as idle, and virtual machines have longer pauses when all their cores are busy. So each round
 * also measures the node beside a process that only spins, at the lowest priority, and copies nothing.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, readBench } from './support/bench.mjs';
import { EXAMPLE_POLICY, IDENTITY, startServing, TOKEN, writeExampleFacts } from './support/example-cloud.mjs';
import { pace } from './support/http-load.mjs';
import { authorizeRequest } from './support/load-server.mjs';

const { values, load, report, note } = readBench({ facts: '1000000', rate: '1000', rounds: '3' });
const { exampleQuestions } = await load('cli/example-questions.js');
const factCount = Number(values.facts);
const rate = Number(values.rate);
const QUIET_SECONDS = 8;
const CONNECTIONS = 32;

const folder = mkdtempSync(join(tmpdir(), 'sync-bench-'));
const running = [];
try {
  const lines = join(folder, 'facts.jsonl');
  await writeExampleFacts(lines, factCount, load);
  const cloud = await start(['dev-server', EXAMPLE_POLICY, '--facts', lines], { prefix: ['nice', '-n', '19'] });
  const node = await start(['serve', '--directory', join(folder, 'node')], {
    env: { ...IDENTITY, OSO_URL: cloud.url },
  });
  const questions = exampleQuestions({ factCount, count: 100_000, kinds: ['authorize'] });
  const requests = [...questions].map(authorizeRequest);
  await latencies(node, requests, 2);
  const quiet = [];
  const busy = [];
  const syncing = [];
  for (let round = 1; round <= Number(values.rounds); round++) {
    quiet.push(p99([await latencies(node, requests, QUIET_SECONDS)]));
    busy.push(p99([await besideSpinning(() => latencies(node, requests, QUIET_SECONDS))]));
    const before = await generationOf(node);
    await change(cloud, round);
    node.process.child.kill('SIGHUP');
    const started = performance.now();
    const parts = [];
    while ((await generationOf(node)) === before) parts.push(await latencies(node, requests, 1));
    // What comes after a swap belongs to it.
    parts.push(await latencies(node, requests, 1));
    syncing.push(p99(parts));
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    note(
      `round ${round}: p99 ${quiet.at(-1).toFixed(2)} ms in quiet, ${busy.at(-1).toFixed(2)} ms with both cores busy, ` +
        `${syncing.at(-1).toFixed(2)} ms in ${seconds} s of sync`,
    );
  }
  report({
    name: `p99 during a sync of ${factCount} facts, ${rate} requests/s`,
    figure: median(syncing),
    unit: 'ms',
    baseline: 'quiet',
    ratio: median(syncing) / median(quiet),
    bar: { most: 2 },
  });
  report({
    name: 'the same',
    figure: median(syncing),
    unit: 'ms',
    baseline: 'both cores busy, no sync',
    ratio: median(syncing) / median(busy),
  });
} finally {
  for (const { process } of running) if (process.child.exitCode === null) process.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function start(args, options) {
  const started = await startServing(values.dist, args, { ...options, isWatched: false });
  running.push(started);
  return started;
}

async function besideSpinning(measure) {
  const spinning = spawn('nice', ['-n', '19', process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' });
  try {
    return await measure();
  } finally {
    spinning.kill('SIGKILL');
  }
}

function latencies({ port }, requests, seconds) {
  return pace({ port, requests, rate, seconds, connections: CONNECTIONS });
}

function p99(parts) {
  const sorted = Float64Array.from(parts.flatMap((part) => [...part])).sort();
  return sorted[Math.ceil(sorted.length * 0.99) - 1];
}

/** What the node answers from, as every reply says. */
async function generationOf({ url }) {
  const reply = await fetch(`${url}/api/policy`, { headers: { authorization: `Bearer ${TOKEN}` } });
  await reply.arrayBuffer();
  return reply.headers.get('oso-fallback-snapshot');
}

/** One fact more, so that nothing can be confirmed and all is copied. */
async function change({ url }, round) {
  const args = [
    { type: 'User', id: `new-${round}` },
    { type: 'String', id: 'member' },
    { type: 'Organization', id: `new-${round}` },
  ];
  const reply = await fetch(`${url}/api/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify([{ inserts: [{ predicate: 'has_role', args }] }]),
  });
  if (!reply.ok) throw new Error(await reply.text());
}
