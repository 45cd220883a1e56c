/*
 * What a second thread costs and brings: `node test/bench/workers.mjs [--facts 1000000] [--seconds 4] [--dist dist] [--json]`.
 *
 * Nodes with one and with two threads take turns under the same load of random authorize questions from `wrk`, over 64
 * kept connections, all on the same cores. `wrk` needs a part of the cores, so the rate cannot double on two of them;
 * processor time a request tells what the second thread costs the first, whatever else runs. Memory is the resident memory
 * of the whole process after the load. The nodes find their data on disk: what `serve --example` leaves behind in the
 * first thread differs by some 40 MB from start to start.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, readBench } from './support/bench.mjs';
import { EXAMPLE_POLICY } from './support/example-cloud.mjs';
import { stageFacts } from './support/stage-facts.mjs';

const { values, load, report, note } = readBench({ facts: '1000000', seconds: '4' });
const factCount = Number(values.facts);
const ROUNDS = 3;
const QUESTIONS = 50_000;
const TICKS_PER_SECOND = 100;
/** A busy machine turns some requests away. */
const MOST_REFUSED = 0.02;

const { exampleQuestions } = await load('cli/example-questions.js');
const { generateExampleFacts } = await load('cli/example-data.js');
const folder = mkdtempSync(join(tmpdir(), 'workers-bench-'));
const nodes = [];
try {
  if (spawnSync('wrk', ['--version']).error) throw new Error('there is no wrk here');
  const script = writeScript();
  const prepared = join(folder, 'prepared');
  await stageFacts(prepared, {
    origin: { environment: 'example', tenant: 'example', source: 'example' },
    policyText: readFileSync(EXAMPLE_POLICY, 'utf8'),
    facts: generateExampleFacts({ factCount }),
    load,
  });
  for (const workers of [1, 2]) nodes.push(await start(workers, prepared));
  for (const node of nodes) ask(node, script, 2);
  const rounds = nodes.map(() => []);
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [at, node] of nodes.entries()) {
      const measured = ask(node, script, Number(values.seconds));
      rounds[at].push(measured);
      const { rate, micros, rssMb } = measured;
      note(
        `round ${round}: ${node.workers} threads ${Math.round(rate)}/s, ${micros.toFixed(1)} µs of CPU, ${rssMb.toFixed(0)} MB`,
      );
    }
  }
  const [one, two] = rounds.map((of) => ({
    rate: median(of.map(({ rate }) => rate)),
    micros: median(of.map(({ micros }) => micros)),
    rssMb: median(of.map(({ rssMb }) => rssMb)),
  }));
  const baseline = 'one thread';
  report({ name: 'two threads', figure: two.rate, unit: 'requests/s', baseline, ratio: two.rate / one.rate });
  report({
    name: 'two threads, a request',
    figure: two.micros,
    unit: 'µs of CPU',
    baseline,
    ratio: two.micros / one.micros,
  });
  report({ name: 'a second thread', figure: two.rssMb - one.rssMb, unit: 'MB', bar: { most: 60 } });
} finally {
  for (const { child } of nodes) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

/** A node over a copy of the data, once all its threads answer. */
async function start(workers, prepared) {
  const directory = join(folder, `node-${workers}`);
  cpSync(prepared, directory, { recursive: true });
  const args = ['--offline', '--directory', directory, '--workers', `${workers}`, '--port', '0', '--json'];
  const child = spawn(process.execPath, [join(values.dist, 'bin/oso-fallback.js'), 'serve', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const url = await new Promise((found, failed) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      const serving = text.split('\n').find((line) => line.startsWith('{"event":"serving"'));
      if (serving !== undefined && text.includes(`${serving}\n`)) found(JSON.parse(serving).url);
    });
    child.once('exit', () => failed(new Error('the node ended')));
  });
  for (;;) {
    const status = await (await fetch(`${url}/status`)).json();
    if (status.workers.answering === workers) return { child, url, workers };
    await new Promise((later) => setTimeout(later, 50));
  }
}

function ask({ child, url }, script, seconds) {
  const before = cpuSeconds(child.pid);
  const { stdout } = spawnSync('wrk', ['-t1', '-c64', `-d${seconds}s`, '-s', script, url], { encoding: 'utf8' });
  const count = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  if (stdout.includes('Socket errors') || refused > count * MOST_REFUSED) throw new Error(stdout);
  const rssMb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
  return { rate: count / seconds, micros: ((cpuSeconds(child.pid) - before) * 1e6) / count, rssMb };
}

/** Of all threads of a process. */
function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function writeScript() {
  const bodies = [...exampleQuestions({ factCount, count: QUESTIONS * 2, seed: 1 })]
    .filter(({ kind }) => kind === 'authorize')
    .map(({ actor, action, resource }) =>
      JSON.stringify({
        actor_type: actor.type,
        actor_id: actor.id,
        action,
        resource_type: resource.type,
        resource_id: resource.id,
      }),
    );
  const questions = join(folder, 'questions');
  writeFileSync(questions, `${bodies.join('\n')}\n`);
  const script = join(folder, 'ask.lua');
  writeFileSync(
    script,
    `local requests = {}
     local headers = { ["Authorization"] = "Bearer e_example_1_secret", ["Content-Type"] = "application/json" }
     local next = 0
     function init(args)
       for body in io.lines("${questions}") do requests[#requests + 1] = wrk.format("POST", "/api/authorize", headers, body) end
     end
     function request()
       next = next % #requests + 1
       return requests[next]
     end`,
  );
  return script;
}
