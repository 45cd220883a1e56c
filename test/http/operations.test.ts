import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { drain } from '../../src/http/drain.ts';
import type { Readiness } from '../../src/http/routes/operations-routes.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { send, sendRaw } from '../support/http-client.ts';
import { createFakeData } from './support/fake-serving.ts';
import { KEY, startServer } from './support/running-server.ts';

const BODY = JSON.stringify({ actor_type: 'U', actor_id: 'a', action: 'r', resource_type: 'R', resource_id: 'r' });
const HEAD = `POST /api/authorize HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n`;

test.each(['/healthcheck', '/health', '/api/healthcheck', '/readyz'])(
  '%s needs no key and follows readiness',
  async (path) => {
    let readiness: Readiness = { ready: true };
    await using running = await startServer({ readiness: () => readiness });
    expect(await send(running.port, { path })).toMatchObject({ status: 200, text: '{"ready":true}' });
    readiness = { ready: false, reason: 'no_snapshot', message: 'no data yet' };
    expect(await send(running.port, { path })).toMatchObject({
      status: 503,
      json: { ready: false, reason: 'no_snapshot', message: 'no data yet' },
    });
  },
);

test('/livez asks for neither data nor key', async () => {
  await using running = await startServer({
    readiness: () => {
      throw new Error('must not be asked');
    },
  });
  running.data.serving = undefined;
  expect(await send(running.port, { path: '/livez' })).toMatchObject({ status: 200, text: '{"alive":true}' });
});

test('/status shows what its owner says', async () => {
  await using running = await startServer();
  expect((await send(running.port, { path: '/status' })).json).toEqual({ origin: 'live' });
});

test('/metrics has the two published metrics, and counts API requests alone', async () => {
  await using running = await startServer({ data: createFakeData({ authorize: true }) });
  await running.ask({ path: '/api/authorize', body: BODY });
  await running.ask({ path: '/api/authorize', body: '{}' });
  await running.ask({ path: '/api/authorize/anything', body: BODY });
  await running.ask({ path: '/healthcheck' });
  await running.ask({ path: '/metrics' });
  const { text, headers } = await send(running.port, { path: '/metrics' });
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(text).toMatch(/^oso_fallback_snapshot_age_ms 624611$/mu);
  expect(text.match(/^oso_fallback_http_requests_count.*$/gmu)).toEqual([
    'oso_fallback_http_requests_count{path="/api/authorize",status_code="200"} 1',
    'oso_fallback_http_requests_count{path="/api/authorize",status_code="400"} 1',
    'oso_fallback_http_requests_count{path="other",status_code="404"} 1',
  ]);
});

test('while draining, readiness fails, requests are answered and connections close', async () => {
  await using running = await startServer({ data: createFakeData({ authorize: true }) });
  running.server.startDraining();
  expect(await running.ask({ path: '/readyz' })).toMatchObject({
    status: 503,
    json: { ready: false, reason: 'draining', message: 'the server is shutting down' },
  });
  expect((await running.ask({ path: '/livez' })).status).toBe(200);
  const reply = await running.ask({ path: '/api/authorize', body: BODY });
  expect(reply).toMatchObject({ status: 200, headers: { connection: 'close' } });
});

test('drain answers until the time is over, then stops listening', async () => {
  await using running = await startServer({ data: createFakeData({ authorize: true }) });
  const clock = new FakeClock();
  const drained = drain({ server: running.server, clock, drainMs: 15_000, forceMs: 10_000 });
  await clock.advance(14_999);
  expect((await running.ask({ path: '/api/authorize', body: BODY })).status).toBe(200);
  await clock.advance(1);
  expect(await drained).toBe('clean');
  await expect(running.ask({ path: '/livez' })).rejects.toThrow('ECONNREFUSED');
  expect(clock.sleeping).toBe(0);
});

test('drain lets a request finish that has begun', async () => {
  await using running = await startServer({ data: createFakeData({ authorize: true }) });
  const clock = new FakeClock();
  const socket = connect(running.port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk.toString();
  });
  socket.write(`${HEAD}Content-Length: ${BODY.length}\r\n\r\n{`);
  while (running.server.inFlight === 0) await new Promise(setImmediate);
  const drained = drain({ server: running.server, clock, drainMs: 0, forceMs: 10_000 });
  await clock.advance(0);
  const ended = once(socket, 'close');
  socket.write(BODY.slice(1));
  expect(await drained).toBe('clean');
  await ended;
  expect(received).toContain('{"allowed":true}');
});

test('drain cuts what does not finish in time', async () => {
  await using running = await startServer();
  const clock = new FakeClock();
  const stuck = sendRaw(running.port, `${HEAD}Content-Length: 100\r\n\r\n{`);
  while (running.server.inFlight === 0) await new Promise(setImmediate);
  const drained = drain({ server: running.server, clock, drainMs: 0, forceMs: 10_000 });
  await clock.advance(10_000);
  expect(await drained).toBe('forced');
  expect(await stuck).toBe('');
});

test('a second signal ends all waiting', async () => {
  await using running = await startServer();
  const clock = new FakeClock();
  const second = new AbortController();
  const stuck = sendRaw(running.port, `${HEAD}Content-Length: 100\r\n\r\n{`);
  while (running.server.inFlight === 0) await new Promise(setImmediate);
  const drained = drain({ server: running.server, clock, drainMs: 15_000, forceMs: 10_000, signal: second.signal });
  second.abort();
  expect(await drained).toBe('forced');
  await stuck;
});
