import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import { createAuthenticate } from '../../src/http/authenticate.ts';
import { HttpServer } from '../../src/http/http-server.ts';
import { DEFAULT_LIMITS } from '../../src/http/limits.ts';
import { type AdminActions, adminRoutes } from '../../src/http/routes/admin-routes.ts';
import { operationsRoutes } from '../../src/http/routes/operations-routes.ts';
import { createRequestHistogram, renderRequests } from '../../src/metrics/request-histogram.ts';
import { silentLog } from '../../src/util/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { close, listen, send } from '../support/http-client.ts';
import { startServer } from './support/running-server.ts';

const OWN = 'e_env1_1_own';

async function start(actions: Partial<AdminActions> = {}, hasOperators = true) {
  const digest = createHash('sha256').update(OWN).digest();
  const requests = createRequestHistogram();
  const logged: unknown[] = [];
  const server = new HttpServer({
    routes: adminRoutes({
      syncNow: () => 'started',
      pin: async (id) => id ?? 'before',
      unpin: async () => null,
      ...actions,
    }),
    authenticate: () => 'key',
    authenticateAdmin: hasOperators ? createAuthenticate({ kind: 'listed', digests: [digest] }) : undefined,
    clock: new FakeClock(),
    limits: DEFAULT_LIMITS,
    requests,
    log: { ...silentLog, error: (_, fields) => logged.push(fields?.['error']) },
  });
  const port = await listen(server.http);
  const post = (path: string, key = OWN) =>
    send(port, { method: 'POST', path, headers: { authorization: `Bearer ${key}` } });
  return { port, post, requests, logged, [Symbol.asyncDispose]: () => close(server.http) };
}

describe('requests of an operator', () => {
  test('need the own token of the node: a key that clients use is not enough', async () => {
    await using running = await start();
    expect((await running.post('/-/sync', 'e_env1_1_other')).status).toBe(401);
    expect((await send(running.port, { method: 'POST', path: '/-/unpin' })).status).toBe(401);
    await using nobody = await start({}, false);
    expect(await nobody.post('/-/sync')).toMatchObject({
      status: 403,
      json: { message: 'this server has no operators' },
    });
  });

  test.each([
    ['started', 202, { sync: 'started' }],
    ['queued', 202, { sync: 'queued' }],
    ['offline', 409, { message: 'the node is offline: it has no control plane to ask' }],
    ['waiting', 503, { message: 'the node is starting' }],
    ['stopping', 503, { message: 'the node is shutting down' }],
  ] as const)('a sync that is %s is answered with %i', async (outcome, status, json) => {
    await using running = await start({ syncNow: () => outcome });
    expect(await running.post('/-/sync')).toMatchObject({ status, json });
  });

  test('pin and unpin name the generation', async () => {
    await using running = await start({ unpin: async () => 'a' });
    expect(await running.post('/-/rollback?generation=b')).toMatchObject({ status: 200, json: { pinned: 'b' } });
    expect(await running.post('/-/rollback')).toMatchObject({ status: 200, json: { pinned: 'before' } });
    expect(await running.post('/-/unpin')).toMatchObject({ status: 200, json: { unpinned: 'a' } });
  });

  test.each(['?generation=', '?gen=b', '?b'])(
    'a rollback to `%s` is not one to some other generation',
    async (query) => {
      const pin = () => Promise.reject(new Error('something was pinned'));
      await using running = await start({ pin });
      expect(await running.post(`/-/rollback${query}`)).toMatchObject({
        status: 400,
        json: { message: expect.stringContaining('takes `?generation=ID`') },
      });
    },
  );

  test('are told why they failed', async () => {
    const fail = (code: 'GENERATION_NOT_FOUND' | 'NO_SPACE') => () => Promise.reject(new OsoError(code, 'why'));
    await using running = await start({ pin: fail('GENERATION_NOT_FOUND'), unpin: fail('NO_SPACE') });
    expect(await running.post('/-/rollback')).toMatchObject({
      status: 404,
      json: { message: 'GENERATION_NOT_FOUND: why' },
    });
    expect(await running.post('/-/unpin')).toMatchObject({ status: 409, json: { message: 'NO_SPACE: why' } });
  });

  test('are not told of a defect of ours, which is logged', async () => {
    const defect = new TypeError('a defect');
    await using running = await start({ pin: () => Promise.reject(defect) });
    expect(await running.post('/-/rollback')).toMatchObject({ status: 500, json: { message: 'internal error' } });
    expect(running.logged).toEqual([defect.stack]);
  });

  test('are not counted as requests of clients', async () => {
    await using running = await start();
    await running.post('/-/sync');
    expect(renderRequests([running.requests.memory])).not.toContain('/-/sync');
  });
});

test('a node has routes for operators only when it is given what they may do', async () => {
  const ask = { method: 'POST', path: '/-/sync' };
  await using nobody = await startServer();
  expect((await nobody.ask(ask)).status).toBe(404);
  const admin = {
    authenticate: () => OWN,
    syncNow: () => 'started' as const,
    pin: async () => 'a',
    unpin: async () => null,
  };
  await using running = await startServer({ admin });
  expect(await running.ask(ask)).toMatchObject({ status: 202, json: { sync: 'started' } });
});

test('beyond the connection limit clients are turned away with words, and probes are answered', async () => {
  const server = new HttpServer({
    routes: [
      { method: 'GET', path: '/api/x', access: 'api', body: 'none', answer: () => ({ status: 200, body: '{}' }) },
      ...operationsRoutes({
        readiness: () => ({ ready: true }),
        status: () => ({}),
        metrics: { contentType: 'text/plain', render: async () => '' },
      }),
    ],
    authenticate: () => 'key',
    clock: new FakeClock(),
    limits: { ...DEFAULT_LIMITS, maxConnections: 1 },
    requests: createRequestHistogram(),
    log: silentLog,
  });
  const port = await listen(server.http);
  const { connect } = await import('node:net');
  const idle = connect(port, '127.0.0.1');
  await new Promise((resolve) => idle.once('connect', resolve));
  const refused = await send(port, { path: '/api/x' });
  expect(refused).toMatchObject({ status: 503, json: { message: 'too many connections: try again' } });
  expect(refused.headers).toMatchObject({ 'retry-after': '1', connection: 'close' });
  expect((await send(port, { path: '/livez' })).status).toBe(200);
  expect((await send(port, { path: '/readyz' })).status).toBe(200);
  idle.destroy();
  await expect.poll(async () => (await send(port, { path: '/api/x' })).status, { interval: 5 }).toBe(200);
  await close(server.http);
});
