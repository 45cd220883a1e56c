import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { compilePolicy } from '../../src/generations/compile-policy.ts';
import { createFakeData } from '../http/support/fake-serving.ts';
import { KEY, type RunningServer, startServer } from '../http/support/running-server.ts';
import { FACTS, POLICY } from '../snapshot/support/sample-snapshot.ts';
import { Random, seedOf } from '../support/random.ts';
import { startWatch } from './support/running-time.ts';
import { sized } from './support/soak-size.ts';

/*
 * Requests that were right once, mutated byte by byte, piece by piece and word by word, sent over raw sockets. The
 * server answers or hangs up, never with a 5xx, never later than a second, and goes on answering right.
 */

const REQUESTS = sized(2_000, 100_000);
const LANES = 16;
const LATE_MS = 1_000;

const QUESTION = { actor_type: 'User', actor_id: 'alice', action: 'read', resource_type: 'Organization' };
const AUTHORIZE = JSON.stringify({ ...QUESTION, resource_id: 'acme' });
const CONTEXT = [
  {
    predicate: 'has_role',
    args: [
      { type: 'User', id: 'alice' },
      { type: 'String', id: 'member' },
      { type: 'Organization', id: 'initech' },
    ],
  },
];
const SEEDS: readonly string[] = [
  post('/api/authorize', AUTHORIZE),
  post('/api/list', JSON.stringify({ ...QUESTION, context_facts: CONTEXT })),
  post('/api/actions', JSON.stringify({ ...QUESTION, resource_id: 'acme', context_facts: [] })),
  post(
    '/api/query',
    JSON.stringify({ fact: { predicate: 'has_role', args: [{ type: 'User', id: 'alice' }, {}, {}] } }),
  ),
  post('/api/authorize', `${AUTHORIZE.length.toString(16)}\r\n${AUTHORIZE}\r\n0\r\n\r\n`, 'Transfer-Encoding: chunked'),
  `GET /api/facts?predicate=has_role HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n\r\n`,
  `GET /api/policy HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nAccept-Encoding: gzip\r\n\r\n`,
  'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n\r\n',
];
const PIECES: readonly string[] = [
  ...[
    '\r\n',
    '\r\n\r\n',
    '\0',
    '\uffff',
    ' ',
    ':',
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    '[[[[[[[[',
    '{"a":{"a":',
    '0x',
    '-1',
  ],
  ...[
    '1e400',
    '9007199254740993',
    'null',
    'true',
    '"\\ud800"',
    '"__proto__":{}',
    '%2e%2e',
    '//',
    '?',
    '#',
    '\x16\x03\x01',
  ],
  ...[
    'Content-Length: 0\r\n',
    'Content-Length: 99999999999\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Expect: 100-continue\r\n',
  ],
  ...['Connection: close\r\n', 'HTTP/1.0', 'HTTP/2.0', 'DELETE', 'OPTIONS', 'A: b\r\n'.repeat(50), 'x'.repeat(20_000)],
];

function post(path: string, body: string, length = `Content-Length: ${body.length}`): string {
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n${length}\r\n\r\n${body}`;
}

function mutate(random: Random): string {
  let text = random.pick(SEEDS);
  for (let edits = 1 + random.below(3); edits > 0; edits -= 1) {
    const at = random.below(text.length + 1);
    const end = Math.min(text.length, at + random.below(24));
    const kind = random.below(6);
    if (kind === 0) text = text.slice(0, at) + text.slice(end);
    else if (kind === 1) text = text.slice(0, at) + text.slice(at, end).repeat(2) + text.slice(end);
    else if (kind === 2) text = text.slice(0, at) + random.pick(PIECES) + text.slice(end);
    else if (kind === 3) text = text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
    else if (kind === 4) text = text.slice(0, at) + random.pick(SEEDS).slice(random.below(100));
    else text = text.slice(at) + text.slice(0, at);
  }
  return text;
}

interface Outcome {
  readonly statuses: readonly number[];
  readonly elapsedMs: number;
}

/** Sends everything and then half-closes, so that a request without its end is over as well. */
function send(port: number, bytes: Buffer, cut: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const watch = startWatch();
    let received = '';
    const socket: Socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes.subarray(0, cut));
      socket.end(bytes.subarray(cut));
    });
    socket.setTimeout(60_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const statuses = [...received.matchAll(/^HTTP\/1\.1 (\d{3}) /gmu)].map(([, status]) => Number(status));
      resolve({ statuses, elapsedMs: watch() });
    });
  });
}

function startRealServer(): Promise<RunningServer> {
  const program = compilePolicy(POLICY, 'POLICY_INVALID');
  const facts = createMemoryFacts();
  for (const fact of FACTS) facts.insert(fact);
  return startServer({
    data: createFakeData({}, { program, facts, engine: createEngine(program, facts), policyText: POLICY }),
  });
}

test(
  'B13 mutated requests crash nothing, hang nothing and meet no 5xx',
  async (context) => {
    const seed = seedOf(context);
    const random = new Random(seed);
    await using running = await startRealServer();
    const counts = new Map<number, number>();
    let left = REQUESTS;
    let slowestMs = 0;
    const lane = async () => {
      while (left-- > 0) {
        const bytes = Buffer.from(mutate(random), 'latin1');
        const { statuses, elapsedMs } = await send(running.port, bytes, random.below(bytes.length + 1));
        const where = JSON.stringify(bytes.toString('latin1').slice(0, 2_000));
        slowestMs = Math.max(slowestMs, elapsedMs);
        if (statuses.some((status) => status >= 500)) throw new Error(`a 5xx: ${statuses.join(' ')}, ${where}`);
        if (elapsedMs > 4 * LATE_MS) throw new Error(`no end within ${elapsedMs} ms, ${where}`);
        for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    expect(running.logged).toEqual([]);
    expect(running.data.pinned).toBe(0);
    expect(running.server.inFlight).toBe(0);
    expect(await running.ask({ path: '/api/authorize', body: AUTHORIZE })).toMatchObject({ json: { allowed: true } });
    // A mutation that always breaks the request would prove little.
    expect(counts.get(200)).toBeGreaterThan(REQUESTS / 50);
    expect(counts.get(400)).toBeGreaterThan(REQUESTS / 50);
    const spread = [...counts].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
    context.task.meta.measured = `${REQUESTS} requests, 0 of 5xx, slowest ${Math.round(slowestMs)} ms, seed ${seed} (${spread.join(', ')})`;
  },
  sized(300_000, 3_600_000),
);
