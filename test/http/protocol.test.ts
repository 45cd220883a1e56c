import type { Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Budget } from '../../src/engine/engine.ts';
import { StepMeter } from '../../src/engine/step-meter.ts';
import { DEFAULT_LIMITS } from '../../src/http/limits.ts';
import { createRouter } from '../../src/http/router.ts';
import { createFakeData } from './support/fake-serving.ts';
import { startServer } from './support/running-server.ts';

const AUTHORIZE = { actor_type: 'User', actor_id: 'a', action: 'read', resource_type: 'Repo', resource_id: 'r' };
const LIST = { actor_type: 'User', actor_id: 'a', action: 'read', resource_type: 'Repo' };

test('a reply is JSON, echoes the request id, and says how long it took and how old its data are', async () => {
  await using running = await startServer({ data: createFakeData({ authorize: true }) });
  await running.clock.advance(90_999);
  const reply = await running.ask({ path: '/api/authorize', body: AUTHORIZE, headers: { 'x-request-id': 'req 1' } });
  expect(reply.headers).toMatchObject({
    'content-type': 'application/json',
    'content-length': '16',
    'x-request-id': 'req 1',
    'server-timing': 'oso;dur=0',
    'oso-fallback-snapshot': 'gen-1',
    'oso-fallback-age': '90',
  });
});

test('the age is never negative, whatever the clock does', async () => {
  await using running = await startServer({ data: createFakeData({ authorize: true }, { takenAtMs: 2e12 }) });
  const reply = await running.ask({ path: '/api/authorize', body: AUTHORIZE });
  expect(reply.headers['oso-fallback-age']).toBe('0');
});

test('the age is what the data themselves say, wherever the wall clock has gone', async () => {
  await using running = await startServer({ data: createFakeData({ authorize: true }, { ageMs: () => 7_500 }) });
  running.clock.jumpWall(86_400_000);
  const reply = await running.ask({ path: '/api/authorize', body: AUTHORIZE });
  expect(reply.headers['oso-fallback-age']).toBe('7');
});

test('the deadline of a question does not follow the wall clock, which steps meanwhile', async () => {
  const look = (budget: Budget) => {
    const meter = new StepMeter(budget);
    for (let step = 0; step < 10_000; step += 1) meter.step();
  };
  let spentMs = 0;
  const authorize = (_: unknown, { budget }: { readonly budget: Budget }) => {
    for (const stepMs of [86_400_000, -2 * 86_400_000]) {
      running.clock.jumpWall(stepMs);
      running.clock.spend(spentMs);
      look(budget);
    }
    return true;
  };
  await using running = await startServer({ data: createFakeData({ authorize }) });
  expect(await running.ask({ path: '/api/authorize', body: AUTHORIZE })).toMatchObject({
    status: 200,
    json: { allowed: true },
    headers: { 'server-timing': 'oso;dur=0' },
  });
  spentMs = DEFAULT_LIMITS.maxEvaluationMs;
  // Another question: the answer to that one is remembered.
  const late = await running.ask({ path: '/api/authorize', body: { ...AUTHORIZE, actor_id: 'b' } });
  expect(late).toMatchObject({ status: 503, headers: { 'server-timing': `oso;dur=${2 * spentMs}` } });
});

test.each([undefined, '', 'é', 'x'.repeat(201)])('the request id %j is replaced by a new one', async (given) => {
  await using running = await startServer();
  const headers = given === undefined ? {} : { 'x-request-id': given };
  const reply = await running.ask({ path: '/nowhere', headers });
  expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/u);
});

test('a long reply is compressed for those who accept it', async () => {
  const ids = Array.from({ length: 500 }, (_, index) => `repository-${index}`);
  await using running = await startServer({ data: createFakeData({ list: ids }) });
  const headers = { 'accept-encoding': 'gzip,deflate' };
  const reply = await running.ask({ path: '/api/list', body: LIST, headers });
  expect(reply.headers['content-encoding']).toBe('gzip');
  expect(reply.headers['content-length']).toBe(`${reply.bytes.length}`);
  expect(JSON.parse(gunzipSync(reply.bytes).toString('utf8'))).toEqual({ results: ids });
});

test.each(['', 'identity', 'gzip;q=0', 'deflate, gzip;q=0.0', 'xgzip'])(
  'a long reply is plain for Accept-Encoding %j',
  async (accepted) => {
    await using running = await startServer({ data: createFakeData({ list: ['x'.repeat(5_000)] }) });
    const reply = await running.ask({ path: '/api/list', body: LIST, headers: { 'accept-encoding': accepted } });
    expect(reply.headers['content-encoding']).toBeUndefined();
    expect(reply.json).toEqual({ results: ['x'.repeat(5_000)] });
  },
);

test('a short reply is never compressed', async () => {
  await using running = await startServer({ data: createFakeData({ list: ['é'] }) });
  const reply = await running.ask({ path: '/api/list', body: LIST, headers: { 'accept-encoding': 'gzip' } });
  expect(reply.headers).toMatchObject({ 'content-length': '18' });
  expect(reply.headers['content-encoding']).toBeUndefined();
});

test.each([
  '//api/authorize',
  '///api/authorize?',
  '/api/authorize?',
  '/api/authorize?x=1&x=1',
  'http://elsewhere:1/api/authorize',
])('%s is the route it looks like', async (path) => {
  await using running = await startServer({ data: createFakeData({ authorize: true }) });
  expect(await running.ask({ path, method: 'POST', body: AUTHORIZE })).toMatchObject({ status: 200 });
});

test.each([
  '/',
  '/api',
  '/authorize',
  '/api//authorize',
  '/api/authorize/',
  '/api/%61uthorize',
  '/api/../api/authorize',
  '/api/x/%2e%2e/authorize',
  '/API/authorize',
  '/api/inspect',
  '*',
])('%s is no route: 404', async (path) => {
  await using running = await startServer();
  const reply = await running.ask({ path, method: 'POST', body: AUTHORIZE });
  expect(reply).toMatchObject({ status: 404, json: { message: 'there is no such route' } });
});

test.each([
  ['GET', '/api/authorize', 'POST'],
  ['PUT', '/api/facts', 'DELETE, GET, POST'],
  ['OPTIONS', '/api/policy', 'GET, POST'],
  ['TRACE', '/api/list', 'POST'],
  ['POST', '/metrics', 'GET'],
])('%s %s is 405 and lists what is allowed', async (method, path, allow) => {
  await using running = await startServer();
  const reply = await running.ask({ method, path });
  expect(reply).toMatchObject({ status: 405, json: { message: `\`${path}\` takes ${allow}, not ${method}` } });
  expect(reply.headers['allow']).toBe(allow);
});

test('HEAD is GET without a body', async () => {
  await using running = await startServer();
  const reply = await running.ask({ method: 'HEAD', path: '/healthcheck' });
  expect(reply).toMatchObject({ status: 200, text: '' });
  expect(reply.headers['content-length']).toBe('14');
});

test.each([
  ['POST', 'policy'],
  ['POST', 'batch'],
  ['POST', 'facts'],
  ['DELETE', 'facts'],
  ['POST', 'bulk'],
  ['POST', 'bulk_load'],
  ['POST', 'bulk_delete'],
  ['POST', 'clear_data'],
  ['POST', 'expect'],
])('%s /%s is refused with 403, and its body is not looked at', async (method, name) => {
  await using running = await startServer();
  const reply = await running.ask({ method, path: `/api/${name}`, body: 'not JSON' });
  expect(reply).toMatchObject({ status: 403, json: { message: 'this node is read-only: send writes to Oso Cloud' } });
});

test.each(['authorize_query', 'list_query', 'actions_query', 'evaluate_query_local'])(
  '%s without data bindings is 400, however a client says that it has none',
  async (name) => {
    await using running = await startServer({ data: createFakeData({}) });
    for (const none of [null, undefined, '']) {
      const reply = await running.ask({ path: `/api/${name}`, body: { query: {}, data_bindings: none } });
      expect(reply).toMatchObject({ status: 400, json: { message: 'data bindings missing' } });
    }
  },
);

test('any content type is taken as JSON, a content encoding is not', async () => {
  await using running = await startServer({ data: createFakeData({ authorize: true }) });
  const ask = (headers: Record<string, string>) => running.ask({ path: '/api/authorize', body: AUTHORIZE, headers });
  expect((await ask({ 'content-type': 'text/plain; charset=latin1' })).status).toBe(200);
  expect((await ask({ 'content-encoding': 'identity' })).status).toBe(200);
  expect(await ask({ 'content-encoding': 'gzip' })).toMatchObject({
    status: 415,
    json: { message: 'the body has a Content-Encoding: send it as it is' },
  });
});

test('no two routes may stand for the same method of the same path', () => {
  const route = {
    method: 'GET',
    path: '/x',
    access: 'open',
    body: 'none',
    answer: () => ({ status: 200, body: '' }),
  } as const;
  expect(() => createRouter([route, { ...route, method: 'POST' }, route])).toThrow('two routes for GET /x');
});

test('access logs get every reply once, with the path of the route', async () => {
  await using running = await startServer({ data: createFakeData({ authorize: true }) });
  await running.ask({
    path: '/api/authorize?x',
    body: AUTHORIZE,
    headers: { 'user-agent': 'sdk', 'x-request-id': 'a' },
  });
  await running.ask({ path: '/api/secrets', headers: { 'x-request-id': 'b' } });
  expect(running.answered).toEqual([
    { requestId: 'a', method: 'POST', path: '/api/authorize', status: 200, durationMs: 0, userAgent: 'sdk' },
    { requestId: 'b', method: 'GET', path: 'other', status: 404, durationMs: 0, userAgent: '' },
  ]);
});

test('a request is counted before its answer leaves: who has the answer finds it in the counts, whichever thread is asked', async () => {
  const sentBytes: (number | undefined)[] = [];
  let socket: Socket | undefined;
  await using running = await startServer({ onAnswered: () => sentBytes.push(socket?.bytesWritten) });
  running.server.http.on('connection', (opened: Socket) => {
    socket = opened;
  });
  await running.ask({ path: '/api/policy' });
  await running.ask({ path: '/api/policy', method: 'POST', body: 'x'.repeat(100_000) });
  expect(sentBytes).toEqual([0, 0]);
});
