/*
 * The main job at full size: dev-server → export → verify → import → serve without a control plane → questions answered as
 * the dev-server answered them. All but the dev-server run under a hard memory limit.
 *
 *     node test/bench/lifecycle.mjs [--facts 1000000] [--limit-mb 256] [--questions 10000] [--dist dist] [--json]
 *
 * Beside each step the same lines go through `tar | zstd -3 | sha256sum`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBench } from './support/bench.mjs';
import { EXAMPLE_POLICY, IDENTITY, startServing, TOKEN, writeExampleFacts } from './support/example-cloud.mjs';
import { createMemoryLimit } from './support/memory-limit.mjs';
import { runProcess } from './support/run-process.mjs';

const { values, load, report, note } = readBench({ facts: '1000000', 'limit-mb': '256', questions: '10000' });
const { exampleQuestions } = await load('cli/example-questions.js');

const factCount = Number(values.facts);
const limitMb = Number(values['limit-mb']);
const CLI = join(values.dist, 'bin/oso-fallback.js');
const PIPE = 'tar | zstd -3 | sha256sum';

const folder = mkdtempSync(join(tmpdir(), 'oso-lifecycle-'));
const lines = join(folder, 'facts.jsonl');
const snapshot = join(folder, 'data.snapshot');
const running = [];
try {
  await writeExampleFacts(lines, factCount, load);
  const cloud = await start(['dev-server', EXAMPLE_POLICY, '--facts', lines]);
  const questions = [...exampleQuestions({ factCount, count: Number(values.questions) })];
  const expected = await ask(cloud.url, questions);

  const env = { ...IDENTITY, OSO_URL: cloud.url };
  await step('export', ['export', snapshot], env);
  await step('verify', ['verify', snapshot]);
  cloud.process.child.kill('SIGTERM');
  await cloud.process.ended;
  await step('import', ['import', snapshot, '--directory', join(folder, 'node')], env);
  note(`snapshot of ${(statSync(snapshot).size / 1e6).toFixed(2)} MB`);

  const limit = createMemoryLimit('oso-bench-serve', limitMb * 2 ** 20);
  const node = await start(['serve', '--offline', '--directory', join(folder, 'node')], { limit });
  const answers = await ask(node.url, questions);
  const wrong = answers.filter((answer, position) => answer !== expected[position]).length;
  node.process.child.kill('SIGTERM');
  const { peakRssBytes } = await node.process.ended;
  report({ name: 'serve offline, start to ready', figure: node.readySeconds, unit: 's' });
  reportMemory('serve offline', peakRssBytes, limit);
  report({ name: 'questions answered differently', figure: wrong, unit: `of ${questions.length}`, bar: { most: 0 } });
  if (wrong > 0) process.exitCode = 1;
} finally {
  for (const { process } of running) if (process.child.exitCode === null) process.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function start(args, options) {
  const started = await startServing(values.dist, args, options);
  running.push(started);
  return started;
}

async function step(name, args, env = {}) {
  const pipeSeconds = secondsOf(() =>
    execFileSync('bash', ['-c', `tar -C ${folder} -cf - facts.jsonl | zstd -3 -q | sha256sum`]),
  );
  const limit = createMemoryLimit(`oso-bench-${name}`, limitMb * 2 ** 20);
  const { seconds, peakRssBytes } = await runProcess([process.execPath, CLI, ...args], { limit, env });
  report({
    name: `${name}, the command`,
    figure: factCount / seconds,
    unit: 'facts/s',
    baseline: PIPE,
    ratio: pipeSeconds / seconds,
  });
  reportMemory(name, peakRssBytes, limit);
}

function secondsOf(work) {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1_000;
}

function reportMemory(name, peakRssBytes, limit) {
  report({ name: `${name}, peak memory`, figure: peakRssBytes / 2 ** 20, unit: 'MiB', bar: { most: limitMb } });
  if (limit === undefined) return note('no memory limit could be set here');
  report({ name: `${name}, killed for memory`, figure: limit.kills(), unit: 'times', bar: { most: 0 } });
  limit.remove();
}

/** Answers as text, 20 questions at a time. */
async function ask(url, questions) {
  const answers = new Array(questions.length);
  let next = 0;
  const worker = async () => {
    while (next < questions.length) {
      const position = next++;
      answers[position] = await askOne(url, questions[position]);
    }
  };
  await Promise.all(Array.from({ length: 20 }, worker));
  return answers;
}

async function askOne(url, { kind, actor, action, resource, resourceType }) {
  const body = {
    actor_type: actor.type,
    actor_id: actor.id,
    ...(action === undefined ? {} : { action }),
    ...(resource === undefined
      ? { resource_type: resourceType }
      : { resource_type: resource.type, resource_id: resource.id }),
  };
  const response = await fetch(`${url}/api/${kind}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${kind}: ${response.status} ${await response.text()}`);
  return await response.text();
}
