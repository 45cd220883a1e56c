// The main job at full size: dev-server → export → verify → import → serve without a control plane → 10,000 questions
// answered as the dev-server answered them. All but the dev-server run under a hard memory limit.
//
//   node test/bench/lifecycle.mjs [--facts 1000000] [--limit-mb 256] [--questions 10000]
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { generateExampleFacts } from '../../dist/src/cli/example-data.js';
import { exampleQuestions } from '../../dist/src/cli/example-questions.js';
import { printFactLine } from '../../dist/src/facts/fact-line.js';
import { createMemoryLimit } from './support/memory-limit.mjs';
import { runProcess, startProcess, untilReady } from './support/run-process.mjs';

const { values } = parseArgs({
  options: {
    facts: { type: 'string', default: '1000000' },
    'limit-mb': { type: 'string', default: '256' },
    questions: { type: 'string', default: '10000' },
  },
});
const factCount = Number(values.facts);
const limitBytes = Number(values['limit-mb']) * 1024 * 1024;
const TOKEN = 'e_0123456789_12345_osotesttoken01xiIn';
const IDENTITY = { OSO_API_TOKEN: TOKEN, OSO_ENVIRONMENT: '0123456789', OSO_TENANT: 'bench' };
const CLI = new URL('../../dist/bin/oso-fallback.js', import.meta.url).pathname;
const POLICY = new URL('../../examples/code-hosting.polar', import.meta.url).pathname;

const folder = mkdtempSync(join(tmpdir(), 'oso-lifecycle-'));
const snapshot = join(folder, 'data.snapshot');
const rows = [];
const running = [];
try {
  await writeFacts(join(folder, 'facts.jsonl'));
  const cloud = await start(['dev-server', POLICY, '--facts', join(folder, 'facts.jsonl'), '--port', '0']);
  const questions = [...exampleQuestions({ factCount, count: Number(values.questions) })];
  const expected = await ask(cloud.url, questions);

  const env = { ...IDENTITY, OSO_URL: cloud.url };
  await step('export', ['export', snapshot], env);
  await step('verify', ['verify', snapshot]);
  cloud.process.child.kill('SIGTERM');
  await cloud.process.ended;
  await step('import', ['import', snapshot, '--directory', join(folder, 'node')], env);

  const limit = createMemoryLimit('oso-bench-serve', limitBytes);
  const node = await start(['serve', '--offline', '--directory', join(folder, 'node'), '--port', '0'], { limit });
  const readySeconds = node.readySeconds;
  const started = performance.now();
  const answers = await ask(node.url, questions);
  const seconds = (performance.now() - started) / 1000;
  const wrong = answers.filter((answer, position) => answer !== expected[position]).length;
  node.process.child.kill('SIGTERM');
  const { peakRssBytes } = await node.process.ended;
  report('serve, ready', readySeconds, peakRssBytes, limit);
  limit?.remove();
  console.log(`\n${questions.length} questions in ${seconds.toFixed(1)} s, ${wrong} answered differently`);
  console.log(`snapshot ${(statSync(snapshot).size / 1e6).toFixed(2)} MB`);
  if (wrong > 0) process.exitCode = 1;
} finally {
  for (const { process } of running) if (process.child.exitCode === null) process.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function writeFacts(path) {
  const file = createWriteStream(path);
  let lines = '';
  for (const fact of generateExampleFacts({ factCount })) {
    lines += printFactLine(fact);
    if (lines.length < 1 << 20) continue;
    if (!file.write(lines)) await new Promise((resolve) => file.once('drain', resolve));
    lines = '';
  }
  file.end(lines);
  await finished(file);
}

async function start(args, options = {}) {
  const started = performance.now();
  const process_ = startProcess([process.execPath, CLI, ...args, '--json'], options);
  running.push({ process: process_ });
  for (;;) {
    const line = process_
      .stdout()
      .split('\n')
      .find((text) => text.includes('"listening"'));
    if (line !== undefined && process_.stdout().includes('\n')) {
      const url = `http://127.0.0.1:${JSON.parse(line).port}`;
      await untilReady(`${url}/healthcheck`, process_);
      return { process: process_, url, readySeconds: (performance.now() - started) / 1000 };
    }
    if (process_.child.exitCode !== null) throw new Error(`${args[0]} ended\n${process_.stderr()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function step(name, args, env = {}) {
  const limit = createMemoryLimit(`oso-bench-${name}`, limitBytes);
  const { seconds, peakRssBytes } = await runProcess([process.execPath, CLI, ...args], { limit, env });
  report(name, seconds, peakRssBytes, limit);
  limit?.remove();
}

function report(name, seconds, peakRssBytes, limit) {
  rows.push(name);
  const rate = `${Math.round(factCount / seconds / 1000)} k facts/s`;
  const memory = `${Math.round(peakRssBytes / 1e6)} MB`;
  const kills = limit ? `${limit.kills()} killed for memory` : 'no limit could be set';
  console.log(
    `${name.padEnd(14)} ${seconds.toFixed(2).padStart(7)} s ${rate.padStart(15)}  peak ${memory.padStart(7)}  ${kills}`,
  );
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
