/*
 * Decisions per second, one thread, in process: `node test/bench/engine.bench.mjs [facts] [index|memory] [dist]`.
 * `dist` is where the compiled project lies, by default the one that `npm run build` makes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GITHUB_POLICY, githubFacts, githubQuestions, githubSizes, seededRandom } from './github-world.mjs';

const factCount = Number(process.argv[2] ?? 1_000_000);
const store = process.argv[3] ?? 'index';
const dist = resolve(process.argv[4] ?? 'dist');
const load = (path) => import(pathToFileURL(resolve(dist, path)).href);
const { createEngine } = await load('src/engine/create-engine.js');
const { createMemoryFacts } = await load('src/facts/memory-facts.js');
const { loadPolicy } = await load('src/program/load-policy.js');

const QUESTIONS = 400_000;
const HOT = 1_000;
const ROUNDS = 5;

const loaded = loadPolicy([{ name: 'github.polar', text: GITHUB_POLICY }]);
if (!loaded.ok) throw new Error(loaded.errors.map((error) => error.message).join('\n'));

const random = seededRandom(1);
const sizes = githubSizes(factCount);
const made = [...githubFacts(sizes, random)];
const facts = store === 'index' ? await indexOf(made) : createMemoryFacts(made);
const distinct = githubQuestions(made, { sizes, random, count: QUESTIONS });
const engine = createEngine(loaded.program, facts);
const request = {
  contextFacts: [],
  unixTime: 1_700_000_000n,
  budget: { maxSteps: 10_000_000, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => performance.now() },
};

const hot = distinct.slice(0, HOT);
const repeated = Array.from({ length: QUESTIONS / HOT }, () => hot).flat();
const copies = (questions) => questions.map((question) => structuredClone(question));
console.log(`${facts.factCount} facts (${store}), ${QUESTIONS} questions, ${process.version}`);
measure('distinct', copies(distinct));
measure('repeated', copies(repeated));
const actors = distinct.slice(0, 2_000);
time('list', actors.length, () => {
  let ids = 0;
  for (const { actor } of actors)
    ids += engine.list({ actor, action: 'read', resourceType: 'Repository' }, request).length;
  return `${(ids / actors.length).toFixed(1)} ids each`;
});
time('actions', actors.length, () => {
  for (const { actor, resource } of actors) engine.actions({ actor, resource }, request);
  return '';
});

async function indexOf(facts) {
  const { buildIndex } = await load('src/facts/index/build-index.js');
  const { openIndex } = await load('src/facts/index/open-index.js');
  const directory = mkdtempSync(join(tmpdir(), 'engine-bench-'));
  try {
    const path = join(directory, 'facts.index');
    const batches = (async function* () {
      for (let at = 0; at < facts.length; at += 4096) yield facts.slice(at, at + 4096);
    })();
    await buildIndex(batches, { path, temporaryDirectory: directory, memoryBytes: 64 * 2 ** 20 });
    return openIndex(path, { memoryBytes: 1024 * 2 ** 20, verify: false }).reader;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The median of some rounds, after one that warms up. */
function measure(name, questions) {
  const rounds = [];
  let allowed = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    allowed = 0;
    const start = performance.now();
    const cpu = process.cpuUsage();
    for (const question of questions) if (engine.authorize(question, request)) allowed++;
    const seconds = (performance.now() - start) / 1000;
    rounds.push({ seconds, cpuMicros: process.cpuUsage(cpu).user });
  }
  const median = (key) =>
    rounds
      .slice(1)
      .map((round) => round[key])
      .sort((a, b) => a - b)[ROUNDS >> 1];
  const rate = Math.round(questions.length / median('seconds')).toLocaleString('en');
  const micros = (median('cpuMicros') / questions.length).toFixed(2);
  const share = ((100 * allowed) / questions.length).toFixed(0);
  console.log(`${name}: ${rate} decisions/s, ${micros} µs of CPU each, ${share} % allowed`);
}

function time(name, count, work) {
  work();
  const start = performance.now();
  const note = work();
  console.log(
    `${name}: ${(((performance.now() - start) * 1000) / count).toFixed(1)} µs each${note ? `, ${note}` : ''}`,
  );
}
