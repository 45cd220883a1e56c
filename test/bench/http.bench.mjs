/*
 * What the HTTP side costs beyond bare `node:http`, for random authorize questions:
 * `node test/bench/http.bench.mjs [facts] [seconds a round] [dist]`.
 *
 * Two servers in processes of their own take turns under the same load. The bare one reads the body, parses it and
 * answers; it decides nothing. Compared is CPU time a request, which other work on the machine disturbs less than
 * requests a second. Where there is `taskset`, servers have the first core and the load has the second.
 */
import { fork, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { githubFacts, githubQuestions, githubSizes, seededRandom } from './github-world.mjs';

const factCount = Number(process.argv[2] ?? 1_000_000);
const roundSeconds = Number(process.argv[3] ?? 4);
const dist = resolve(process.argv[4] ?? 'dist');

const CONNECTIONS = 64;
const QUESTIONS = 200_000;
const ROUNDS = 5;
const SERVER = new URL('support/http-bench-server.mjs', import.meta.url);
/** As the Node.js SDK sends them, but for the request id, which is one of many. */
const HEADERS =
  'Host: 127.0.0.1\r\nAuthorization: Bearer e_bench_1_secret\r\nAccept: application/json\r\n' +
  'Content-Type: application/json\r\nUser-Agent: Oso Cloud (nodejs v20.20.0; rv:2.6.0)\r\nX-OsoApiVersion: 0\r\n' +
  'X-Oso-Instance-Id: 0b9f2f5c-4a57-4bd0-a6e3-55dcbb9b4a93\r\nAccept-Encoding: gzip,deflate\r\nConnection: keep-alive\r\n';

pin(process.pid, 1);
const requests = makeRequests();
const servers = [await start('bare'), await start('oso-fallback')];
for (const server of servers) await load(server, roundSeconds);
const ratios = [];
for (let round = 1; round <= ROUNDS; round++) {
  const [bare, ours] = [await load(servers[0], roundSeconds), await load(servers[1], roundSeconds)];
  ratios.push(bare.micros / ours.micros);
  console.log(
    `round ${round}: ${show('bare', bare)}; ${show('oso-fallback', ours)}; ratio ${ratios.at(-1).toFixed(2)}`,
  );
}
console.log(
  `median ratio ${ratios.sort((a, b) => a - b)[ROUNDS >> 1].toFixed(3)} of bare node:http, ${process.version}`,
);
for (const { child } of servers) child.kill();

function makeRequests() {
  const random = seededRandom(1);
  const sizes = githubSizes(factCount);
  const questions = githubQuestions([...githubFacts(sizes, random)], { sizes, random, count: QUESTIONS });
  return questions.map(({ actor, action, resource }, index) => {
    const body = JSON.stringify({
      actor_type: actor.type,
      actor_id: actor.id,
      action,
      resource_type: resource.type,
      resource_id: resource.id,
      context_facts: [],
    });
    const id = `X-Request-ID: 3e3c1f6e-6b1f-4a3a-9f8e-${String(index).padStart(12, '0')}\r\n`;
    return `POST /api/authorize HTTP/1.1\r\n${HEADERS}${id}Content-Length: ${body.length}\r\n\r\n${body}`;
  });
}

/** A server that listens. */
async function start(kind) {
  const child = fork(SERVER, [kind, String(factCount), dist]);
  pin(child.pid, 0);
  const port = await new Promise((listening, failed) => {
    child.once('message', listening).once('exit', () => failed(new Error(`the ${kind} server ended`)));
  });
  return { child, port };
}

/** Requests one after the other on every connection, and what they cost the server. */
async function load({ child, port }, seconds) {
  const before = await cpuMicros(child);
  const start = performance.now();
  const until = start + seconds * 1_000;
  let count = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, first) => {
      let next = first * Math.floor(requests.length / CONNECTIONS);
      return new Promise((closed, failed) => {
        const ask = () => socket.write(requests[next++ % requests.length]);
        const socket = connect(port, '127.0.0.1', ask).setNoDelay().on('close', closed).on('error', failed);
        socket.on('data', (reply) => {
          // `HTTP/1.1 200`: a reply this small comes in one piece.
          if (reply[9] !== 0x32) failed(new Error(reply.toString()));
          count++;
          if (performance.now() < until) ask();
          else socket.end();
        });
      });
    }),
  );
  const elapsed = (performance.now() - start) / 1_000;
  return { micros: ((await cpuMicros(child)) - before) / count, rate: count / elapsed };
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

function show(name, { micros, rate }) {
  return `${name} ${micros.toFixed(1)} µs of CPU, ${Math.round(rate).toLocaleString('en')} requests/s`;
}
