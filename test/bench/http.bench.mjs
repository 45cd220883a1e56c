/*
 * What the HTTP side costs beyond bare `node:http`, for authorize questions, half of them denied:
 *
 *     node test/bench/http.bench.mjs [--facts 1000000] [--seconds 0.5] [--dist dist] [--json]
 *
 * Two servers in processes of their own take turns, rounds of so many seconds, under the same load: 64 connections, one
 * request at a time on each. The bare one reads the body and sends the reply of the other, headers included; it does
 * nothing else. Compared is CPU time a request, which other work on the machine disturbs less than requests a second.
 * First come the latencies at 10,000 requests a second. Then _random_ asks about all entities, and _hot_ asks the same
 * 10,000 questions again. Where there is `taskset`, servers have the first core and the load has the second.
 */
import { fork, spawnSync } from 'node:child_process';
import { githubFacts, githubQuestions, githubSizes, seededRandom } from './github-world.mjs';
import { median, readBench } from './support/bench.mjs';
import { authorizeRequest, pace, saturate } from './support/http-load.mjs';

const { values, report, note } = readBench({ facts: '1000000', seconds: '0.5' });
const factCount = Number(values.facts);
const roundSeconds = Number(values.seconds);
const BASELINE = 'bare node:http';

const CONNECTIONS = 64;
const QUESTIONS = 400_000;
const HOT = 10_000;
const ROUNDS = 15;
const RATE = 10_000;
const PACED_SECONDS = 3;
const PACED_ROUNDS = 5;
const SERVER = new URL('support/http-bench-server.mjs', import.meta.url);

pin(process.pid, 1);
const bare = await start('bare');
const ours = await start('oso-fallback');
// First, while the load has little in memory: what it spends on its garbage would count as latency of the servers.
await latencies(makeRequests(RATE * PACED_SECONDS));
const random = makeRequests(QUESTIONS);
const hot = random.slice(0, HOT);
for (const server of [bare, ours]) for (const requests of [random, hot]) await measure(server, requests, 2);
await compare('random', random, { least: 0.75 });
await compare('hot', hot, { least: 0.9 });
for (const { child } of [bare, ours]) child.kill();

/** Only the facts that questions are about are kept: at 10 M facts all of them would take gigabytes. */
function makeRequests(count) {
  const random = seededRandom(1);
  const sizes = githubSizes(factCount);
  const roles = [];
  for (const fact of githubFacts(sizes, random)) if (fact.predicate === 'has_role') roles.push(fact);
  return githubQuestions(roles, { sizes, random, count }).map(authorizeRequest);
}

async function compare(title, requests, bar) {
  const promised = factCount === 1_000_000 ? bar : undefined;
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push([await measure(bare, requests, roundSeconds), await measure(ours, requests, roundSeconds)]);
  }
  for (const [side, name] of [BASELINE, 'oso-fallback'].entries()) {
    const micros = median(rounds.map((round) => round[side].micros));
    const rate = median(rounds.map((round) => round[side].rate));
    // A server that is not busy waits for the load.
    note(`${title}, ${name}: ${micros.toFixed(1)} µs of CPU, ${Math.round((micros * rate) / 10_000)} % busy`);
  }
  report({
    name: `HTTP authorize, ${title}, ${factCount} facts, by CPU`,
    figure: median(rounds.map(([, ours]) => ours.micros)),
    unit: 'µs of CPU',
    baseline: BASELINE,
    ratio: median(rounds.map(([bare, ours]) => bare.micros / ours.micros)),
    bar: promised,
  });
  report({
    name: `HTTP authorize, ${title}, ${factCount} facts, by rate`,
    figure: median(rounds.map(([, ours]) => ours.rate)),
    unit: 'requests/s',
    baseline: BASELINE,
    ratio: median(rounds.map(([bare, ours]) => ours.rate / bare.rate)),
    bar: promised,
  });
}

/** The bar is 2 ms for 99 of 100. */
async function latencies(requests) {
  const servers = [bare, ours];
  for (const server of servers) await measure(server, requests, 2);
  const rounds = [];
  for (let round = 0; round < PACED_ROUNDS; round++) {
    const pair = [];
    for (const { port } of servers) {
      pair.push(await pace({ port, requests, rate: RATE, seconds: PACED_SECONDS, connections: CONNECTIONS }));
    }
    rounds.push(pair);
  }
  const at = (side, share) => median(rounds.map((pair) => pair[side][Math.ceil(pair[side].length * share) - 1]));
  for (const [side, name] of [BASELINE, 'oso-fallback'].entries()) {
    note(`${name}: p50 ${at(side, 0.5).toFixed(2)} ms, p99.9 ${at(side, 0.999).toFixed(2)} ms`);
  }
  report({
    name: `HTTP authorize, p99 at ${RATE} requests/s`,
    figure: at(1, 0.99),
    unit: 'ms',
    baseline: BASELINE,
    ratio: at(1, 0.99) / at(0, 0.99),
    bar: { most: 2, of: 'figure' },
  });
}

/** Every measurement begins at another question, so that random ones stay random. */
async function measure({ child, port }, requests, seconds) {
  measure.first = ((measure.first ?? 0) + 77_777) % requests.length;
  const before = await cpuMicros(child);
  const { count, seconds: elapsed } = await saturate({
    ...{ port, requests, seconds, first: measure.first },
    connections: CONNECTIONS,
  });
  return { micros: ((await cpuMicros(child)) - before) / count, rate: count / elapsed };
}

/** A server that listens. */
async function start(kind) {
  const child = fork(SERVER, [kind, String(factCount), values.dist]);
  pin(child.pid, 0);
  const port = await new Promise((listening, failed) => {
    child.once('message', listening).once('exit', () => failed(new Error(`the ${kind} server ended`)));
  });
  return { child, port };
}

function cpuMicros(child) {
  return new Promise((answered) => {
    child.once('message', answered);
    child.send('cpu');
  });
}

function pin(pid, core) {
  spawnSync('taskset', ['-a', '-p', '-c', String(core), String(pid)]);
}
