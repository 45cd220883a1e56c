import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { HttpLimits } from '../../src/http/limits.ts';
import { sendRaw, sendTogether } from '../support/http-client.ts';
import { createFakeData } from './support/fake-serving.ts';
import { BODY, expectAlive, HEAD, start } from './support/hostile-client.ts';
import { KEY, type RunningServer, startServer } from './support/running-server.ts';

/** Node.js keeps no more than a thousand unless it is told to. */
const MANY_HEADERS = 'A:\r\n'.repeat(1_200);
const LENGTH = `Content-Length: ${BODY.length}\r\n`;
const CHUNKED = 'Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n';

function chunkOf(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

const MALFORMED: readonly (readonly [title: string, request: string, status: number])[] = [
  ['length and chunked together', `${HEAD}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ['two lengths', `${HEAD}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`, 400],
  ['a negative length', `${HEAD}Content-Length: -1\r\n\r\n`, 400],
  ['no Host', `POST /api/authorize HTTP/1.1\r\n\r\n`, 400],
  ['a made-up method', 'BREW /api/authorize HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['bare line feeds', 'GET /api/facts HTTP/1.1\nHost: x\n\n', 400],
  ['NUL in a header', 'GET /api/facts HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n', 400],
  ['a blank before the colon', 'GET /api/facts HTTP/1.1\r\nHost : x\r\n\r\n', 400],
  ['a folded header', 'GET /api/facts HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n', 400],
  ['HTTP/9.9', 'GET /api/facts HTTP/9.9\r\nHost: x\r\n\r\n', 400],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  [
    'HTTP/2.0 written as text',
    `${HEAD.replace('HTTP/1.1', 'HTTP/2.0')}Content-Length: ${BODY.length}\r\n\r\n${BODY}`,
    400,
  ],
  ['HTTP/0.9 with headers', `GET /livez HTTP/0.9\r\nHost: x\r\n\r\n`, 400],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['a bad chunk size', `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 400],
  ['a coding before chunked', `${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n${chunkOf(BODY)}0\r\n\r\n`, 415],
  ['a URL of 64 kB', `GET /${'a'.repeat(65_536)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414],
  ['headers of 64 kB', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(65_536)}\r\n\r\n`, 431],
  ['an unknown expectation', `${HEAD}Expect: magic\r\nContent-Length: 5\r\n\r\nabcde`, 417],
  ['two hosts', `${HEAD}HOST: y\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`, 400],
  ['chunks of HTTP/1.0, which has none', `${HEAD.replace('1.1', '1.0')}${CHUNKED}${chunkOf(BODY)}0\r\n\r\n`, 400],
  ['two hosts of no route', 'GET /nothing HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n', 400],
  ['a key behind a thousand headers', `${HEAD}${MANY_HEADERS}Authorization: Bearer x\r\n${LENGTH}\r\n${BODY}`, 400],
  [
    'a coding behind them',
    `${HEAD}${MANY_HEADERS}Transfer-Encoding: gzip, chunked\r\n\r\n${chunkOf(BODY)}0\r\n\r\n`,
    415,
  ],
  ['two keys', `${HEAD}authorization: Bearer x\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`, 400],
];

test.each(MALFORMED)('%s is refused, the connection closed, and the server unharmed', async (_, request, status) => {
  await using running = await start();
  const received = await sendRaw(running.port, Buffer.from(request, 'latin1'));
  expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `, 'u'));
  expect(received).toContain('Content-Type: application/json\r\n');
  expect(received).toMatch(/\r\n\r\n\{"message":"[^"]+"\}$/u);
  await expectAlive(running);
});

test('what the parser refuses is answered with JSON', async () => {
  await using running = await start();
  const received = await sendRaw(running.port, 'nonsense\r\n\r\n');
  expect(received).toContain('Content-Type: application/json');
  expect(received).toMatch(/\r\n\r\n\{"message":"this is not a well-formed HTTP request"\}$/u);
});

test('CONNECT is not served', async () => {
  await using running = await start();
  expect(await sendRaw(running.port, 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n')).toBe('');
  await expectAlive(running);
});

test('an upgrade is not made: the request is answered as it stands', async () => {
  await using running = await start();
  const head = 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
  expect(await sendRaw(running.port, head, (text) => text.includes('}'))).toMatch(/^HTTP\/1\.1 200 /u);
});

test('a declared length above the limit is 413 at once, and the connection is closed', async () => {
  await using running = await start();
  const received = await sendRaw(running.port, `${HEAD}Content-Length: 10485761\r\n\r\n`, (text) => text.includes('}'));
  expect(received).toMatch(/^HTTP\/1\.1 413 /u);
  expect(received).toContain('Connection: close');
  expect(received).toContain('{"message":"the body is larger than 10485760 bytes"}');
  await expectAlive(running);
});

test('a body that turns out longer than the limit is 413 without being kept', async () => {
  await using running = await startServer({
    data: createFakeData({ authorize: true }),
    limits: { maxBodyBytes: 1_000 },
  });
  const chunk = `400\r\n${'x'.repeat(1_024)}\r\n`;
  const received = await sendRaw(running.port, `${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk}`, (text) =>
    text.includes('}'),
  );
  expect(received).toMatch(/^HTTP\/1\.1 413 /u);
  await expectAlive(running);
});

test('a body that comes in pieces is put together', async () => {
  await using running = await start();
  const pieces = [BODY.slice(0, 1), BODY.slice(1, 30), BODY.slice(30)];
  const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('');
  const request = `${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`;
  const received = await sendRaw(running.port, request, (text) => text.includes('}'));
  expect(received).toMatch(/^HTTP\/1\.1 200 .*\{"allowed":true\}$/su);
  await expectAlive(running);
});

test('a body that nobody asked for is thrown away, and the connection goes on', async () => {
  await using running = await start();
  const unwanted = `GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello`;
  const chunked = `GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`;
  const wanted = `${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
  const received = await sendRaw(running.port, unwanted + wanted + chunked + wanted, (text) =>
    /(allowed.*){2}/su.test(text),
  );
  expect([...received.matchAll(/HTTP\/1\.1 (\d+) /gu)].map(([, status]) => status)).toEqual([
    '200',
    '200',
    '200',
    '200',
  ]);
  await expectAlive(running);
});

test('the bytes of a body are given back when its client leaves in the middle', async () => {
  const limits = { maxBodyBytesInFlight: 200 };
  await using running = await startServer({ data: createFakeData({ authorize: true }), limits });
  for (let round = 0; round < 5; round += 1) {
    const part = ' '.repeat(150);
    const left = sendRaw(running.port, `${HEAD}Content-Length: 1000\r\n\r\n${part}`);
    while (running.server.inFlight === 0) await new Promise(setImmediate);
    running.server.http.closeAllConnections();
    await left;
    while (running.server.inFlight > 0) await new Promise(setImmediate);
  }
  await expectAlive(running);
});

test('a body of exactly the limit is read', async () => {
  const limits = { maxBodyBytes: BODY.length };
  await using running = await startServer({ data: createFakeData({ authorize: true }), limits });
  expect((await running.ask({ path: '/api/authorize', body: BODY })).status).toBe(200);
  expect((await running.ask({ path: '/api/authorize', body: `${BODY} ` })).status).toBe(413);
});

test('bodies in flight share a budget: beyond it 503 with a time to come back', async () => {
  const limits = { maxBodyBytesInFlight: 100 };
  await using running = await startServer({ data: createFakeData({ authorize: true }), limits });
  const reply = await running.ask({ path: '/api/authorize', body: `${BODY}${' '.repeat(100)}` });
  expect(reply).toMatchObject({ status: 503, json: { message: 'too many large requests at once: try again' } });
  expect(reply.headers['retry-after']).toBe('1');
  await expectAlive(running);
});

test('requests in flight are capped, operational routes are not', async () => {
  await using running = await startServer({ data: createFakeData({ authorize: true }), limits: { maxInFlight: 1 } });
  const waiting = sendRaw(running.port, `${HEAD}Content-Length: ${BODY.length}\r\n\r\n{`);
  while (running.server.inFlight === 0) await new Promise(setImmediate);
  const reply = await running.ask({ path: '/api/authorize', body: BODY });
  expect(reply).toMatchObject({ status: 503, json: { message: 'too many requests at once: try again' } });
  expect((await running.ask({ path: '/readyz' })).status).toBe(200);
  running.server.http.closeAllConnections();
  await waiting;
});

describe('behind expensive questions', () => {
  const LIST = { actor_type: 'User', actor_id: 'a', action: 'read', resource_type: 'Repo' };

  type SlowServer = RunningServer & { onList?: (() => void) | undefined };

  function requestOf(body: string): string {
    return `POST /api/list HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  }

  /** Lists cost this much, which the server has learned. */
  async function startSlow(costMs: number, limits: Partial<HttpLimits> = {}): Promise<SlowServer> {
    const data = createFakeData({
      list: () => {
        running.clock.spend(costMs);
        running.onList?.();
        return ['r'];
      },
      authorize: true,
    });
    const running: SlowServer = await startServer({ data, limits });
    for (let lesson = 0; lesson < 40; lesson += 1) await running.ask({ path: '/api/list', body: LIST });
    return running;
  }

  /** Fifty at the same time, over connections that are open already: new ones are taken one after another. */
  async function askFifty(running: RunningServer, body: string): Promise<{ taken: number; refused: string[] }> {
    const before = running.data.asked.length;
    const replies = await sendTogether(running.server.http, requestOf(body), 50);
    const refused = replies.filter((reply) => reply.startsWith('HTTP/1.1 503 '));
    expect(replies.filter((reply) => reply.startsWith('HTTP/1.1 200 '))).toHaveLength(50 - refused.length);
    expect(running.data.asked.length - before).toBe(50 - refused.length);
    return { taken: 50 - refused.length, refused };
  }

  test('who would wait too long is turned away, and nothing is evaluated for it', async () => {
    await using running = await startSlow(200);
    const { taken, refused } = await askFifty(running, JSON.stringify(LIST));
    expect(taken).toBe(32);
    for (const reply of refused) {
      expect(reply).toContain('\r\nRetry-After: 1\r\nOso-Fallback-Reason: busy\r\n');
      expect(reply).toContain('\r\n\r\n{"message":"the server is busy: try again"}');
    }
    expect((await running.ask({ path: '/api/list', body: LIST })).status).toBe(200);
    await expectAlive(running);
  });

  test('the bodies of those who wait are in flight', async () => {
    await using running = await startSlow(1, { maxBodyBytesInFlight: 1_000 });
    const { taken, refused } = await askFifty(running, JSON.stringify(LIST).padEnd(600));
    expect(taken).toBe(1);
    for (const reply of refused) expect(reply).toContain('{"message":"too many large requests at once: try again"}');
    expect((await running.ask({ path: '/api/list', body: LIST })).status).toBe(200);
    await expectAlive(running);
  });

  test('nothing is evaluated for clients that have gone while they waited', async () => {
    await using running = await startSlow(1);
    const before = running.data.asked.length;
    // All leave while the first of them is answered.
    running.onList = () => running.server.http.closeAllConnections();
    await sendTogether(running.server.http, requestOf(JSON.stringify(LIST)), 20);
    running.onList = undefined;
    expect(running.data.asked.length).toBe(before + 1);
    await expectAlive(running);
  });
});

test('Expect: 100-continue gets its answer before the body, and a refusal instead when the body is too large', async () => {
  await using running = await start();
  const head = `${HEAD}Expect: 100-continue\r\nContent-Length: `;
  const asked = await sendRaw(running.port, `${head}${BODY.length}\r\n\r\n`, (text) => text.includes('\r\n\r\n'));
  expect(asked).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  const refused = await sendRaw(running.port, `${head}99999999\r\n\r\n`, (text) => text.includes('}'));
  expect(refused).toMatch(/^HTTP\/1\.1 413 /u);
});

describe('a refusal is read by a client that is still sending', () => {
  const FAR = 'Content-Length: 60000\r\n\r\n';

  test.each([
    [
      'which asked for the end of the connection',
      `POST /api/batch HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${FAR}`,
      401,
    ],
    ['by HTTP/1.0', `POST /api/nothing HTTP/1.0\r\n${FAR}`, 404],
    ['which named two hosts', `POST /api/nothing HTTP/1.1\r\nHost: x\r\nHost: y\r\n${FAR}`, 400],
    ['which did not wait to be asked for its body', `${HEAD}Host: y\r\nExpect: 100-continue\r\n${FAR}`, 400],
    ['a body that no question has', `GET /livez HTTP/1.0\r\n${FAR}`, 200],
  ])('%s', async (_, head, status) => {
    await using running = await start();
    const client = connect(running.port, '127.0.0.1');
    client.write(head);
    const [reply] = await once(client, 'data');
    expect(String(reply)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*Connection: close`, 'su'));
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
    expect(client.readableEnded).toBe(false);
    client.write('x'.repeat(60_000));
    // An early end of the server's would be a reset now, which throws.
    await once(client, 'end');
    await expectAlive(running);
  });
});

test('pipelined requests are answered in order, then an invalid one ends the connection', async () => {
  await using running = await start();
  const valid = `${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
  const received = await sendRaw(running.port, `${valid.repeat(4)}garbage\r\n\r\n`);
  const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+) /gu)].map(([, status]) => status);
  expect(statuses).toEqual(['200', '200', '200', '200', '400']);
  await expectAlive(running);
});

test('an answer that takes its time comes whole, before the words about what is invalid behind its question', async () => {
  const text = `# ${'long '.repeat(1_000)}`;
  await using running = await startServer({ data: createFakeData({}, { policyText: text }) });
  const asked = `GET /api/policy HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nAccept-Encoding: gzip\r\n\r\n`;
  const received = Buffer.from(await sendRaw(running.port, `${asked}garbage\r\n\r\n`), 'latin1');
  const [head = ''] = received.toString('latin1').split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 200 .*Content-Encoding: gzip/su);
  const from = head.length + 4;
  const to = from + Number(/Content-Length: (\d+)/u.exec(head)?.[1]);
  expect(JSON.parse(gunzipSync(received.subarray(from, to)).toString('utf8')).policy.src).toBe(text);
  expect(received.toString('latin1', to)).toMatch(/^HTTP\/1\.1 400 /u);
});

test('ids with line breaks stay in the body', async () => {
  await using running = await startServer({ data: createFakeData({ list: ['a\r\nX-Evil: 1'] }) });
  const reply = await running.ask({
    path: '/api/list',
    body: { actor_type: 'User', actor_id: 'a\r\nX: 1', action: 'r', resource_type: 'Repo' },
  });
  expect(reply.headers['x-evil']).toBeUndefined();
  expect(reply.json).toEqual({ results: ['a\r\nX-Evil: 1'] });
});

test('limits of time and connections are set on the server', async () => {
  await using running = await start();
  expect(running.server.http).toMatchObject({
    keepAliveTimeout: 72_000,
    headersTimeout: 10_000,
    requestTimeout: 15_000,
    // The limit, those on which clients are told of it, and as many that are being closed or shake hands.
    maxConnections: 2_200,
    maxRequestsPerSocket: 10_000,
  });
});
