import { once } from 'node:events';
import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { constants } from 'node:os';
import { TLSSocket, connect as tlsConnect } from 'node:tls';
import { describe, expect, test, vi } from 'vitest';
import { type ConnectionCount, HttpServer, type ServerOptions } from '../../src/http/http-server.ts';
import { DEFAULT_LIMITS } from '../../src/http/limits.ts';
import { createRequestHistogram } from '../../src/metrics/request-histogram.ts';
import { silentLog } from '../../src/util/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { close, listen, sendRaw } from '../support/http-client.ts';
import { SELF_SIGNED } from '../support/self-signed.ts';

async function start(options: Partial<ServerOptions>) {
  const server = new HttpServer({
    routes: [{ method: 'GET', path: '/x', access: 'open', body: 'none', answer: () => ({ status: 200, body: '{}' }) }],
    authenticate: () => 'key',
    clock: new FakeClock(),
    limits: DEFAULT_LIMITS,
    requests: createRequestHistogram(),
    log: silentLog,
    ...options,
  });
  const port = await listen(server.http);
  return { port, server, http: server.http, [Symbol.asyncDispose]: () => close(server.http) };
}

/** A count that begins with the connections of others. */
function countFrom(others: number): ConnectionCount & { now: number; away: number } {
  const count = {
    now: others,
    away: 0,
    opened: () => ++count.now,
    closed: () => {
      count.now -= 1;
    },
    turnedAway: () => {
      count.away += 1;
    },
  };
  return count;
}

const NEVER = new Promise<never>(() => {});
const ASK = 'GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

describe('a server that shares its limit of connections', () => {
  test('counts its own, and what all have together decides', async () => {
    const connections = countFrom(DEFAULT_LIMITS.maxConnections);
    await using running = await start({ connections });
    expect(await sendRaw(running.port, ASK)).toMatch(/^HTTP\/1\.1 200 /u);
    await expect.poll(() => connections.now).toBe(DEFAULT_LIMITS.maxConnections);
  });

  const FULL = DEFAULT_LIMITS.maxConnections + 100;

  test('beyond the reserve for probes closes who came first and asks nothing, and counts it', async () => {
    const connections = countFrom(FULL);
    await using running = await start({ connections });
    const silent = [connect(running.port, '127.0.0.1'), connect(running.port, '127.0.0.1')];
    const closed = Promise.all(silent.map((socket) => once(socket.resume(), 'close')));
    expect(await sendRaw(running.port, ASK)).toMatch(/^HTTP\/1\.1 200 /u);
    expect(await sendRaw(running.port, ASK)).toMatch(/^HTTP\/1\.1 200 /u);
    await closed;
    await expect.poll(() => connections).toMatchObject({ now: FULL, away: 2 });
  });

  test('closes at once who comes while all others there are being answered', async () => {
    const connections = countFrom(FULL);
    const routes = [{ method: 'GET', path: '/x', access: 'open', body: 'none', answer: () => NEVER } as const];
    await using running = await start({ connections, routes });
    const asking = connect(running.port, '127.0.0.1', () => asking.write(ASK));
    await once(running.http, 'request');
    expect(await sendRaw(running.port, ASK)).toBe('');
    await expect.poll(() => connections).toMatchObject({ now: FULL + 1, away: 1 });
    expect(asking.readableEnded).toBe(false);
    asking.destroy();
    await expect.poll(() => connections.now).toBe(FULL);
  });
});

describe('a server with a certificate', () => {
  test('holds what a client does not take until the client leaves', async () => {
    const tls = { cert: Buffer.from(SELF_SIGNED.cert), key: Buffer.from(SELF_SIGNED.key) };
    const answer = () => ({ status: 200, body: 'x'.repeat(16_000_000) });
    const routes = [{ method: 'GET', path: '/x', access: 'open', body: 'none', answer } as const];
    await using running = await start({ tls, routes });
    const client = tlsConnect({ host: '127.0.0.1', port: running.port, ca: SELF_SIGNED.cert });
    client.on('error', () => undefined);
    await once(client, 'secureConnect');
    client.pause().write(ASK);
    await expect.poll(() => running.server.heldReplyBytes).toBeGreaterThan(16_000_000);
    client.destroy();
    await expect.poll(() => running.server.heldReplyBytes).toBe(0);
  });

  test('answers over TLS, and counts connections that have shaken hands', async () => {
    const connections = countFrom(0);
    const tls = { cert: Buffer.from(SELF_SIGNED.cert), key: Buffer.from(SELF_SIGNED.key) };
    await using running = await start({ tls, connections });
    const status = await new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: running.port, path: '/x', ca: SELF_SIGNED.cert, agent: false };
      request(options, (reply) => resolve(reply.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
    expect(await sendRaw(running.port, ASK)).not.toContain('200');
    const silent = connect(running.port, '127.0.0.1');
    await new Promise((resolve) => silent.once('connect', resolve));
    await expect.poll(() => connections.now).toBe(0);
    silent.destroy();
  });
});

test('clients that do not finish the handshake of TLS shut nobody out: the first of them goes for whoever comes', async () => {
  const connections = countFrom(0);
  const tls = { cert: Buffer.from(SELF_SIGNED.cert), key: Buffer.from(SELF_SIGNED.key) };
  const limits = { ...DEFAULT_LIMITS, maxConnections: 2, reservedConnections: 1 };
  await using running = await start({ tls, limits, connections });
  const options = { host: '127.0.0.1', port: running.port, ca: SELF_SIGNED.cert };
  const friend = tlsConnect(options);
  await once(friend, 'secureConnect');
  const left: number[] = [];
  const silent: Socket[] = [];
  for (let number = 0; number < 4; number += 1) {
    const socket = connect(running.port, '127.0.0.1').on('error', () => undefined);
    socket.resume().on('close', () => left.push(number));
    await once(running.http, 'connection');
    silent.push(socket);
  }
  await expect.poll(() => left).toEqual([0, 1]);
  const probe = tlsConnect(options);
  const [reply] = await once(
    probe.on('secureConnect', () => probe.write(ASK)),
    'data',
  );
  expect(String(reply)).toMatch(/^HTTP\/1\.1 200 /u);
  expect(left).toEqual([0, 1, 2]);
  expect(connections.away).toBe(3);
  friend.write(ASK);
  expect(String(await once(friend, 'data'))).toMatch(/^HTTP\/1\.1 200 /u);
  for (const socket of [friend, probe, ...silent]) socket.destroy();
});

test('connections that have all shaken hands are not taken for ones that have not', async () => {
  const connections = countFrom(0);
  const tls = { cert: Buffer.from(SELF_SIGNED.cert), key: Buffer.from(SELF_SIGNED.key) };
  const limits = { ...DEFAULT_LIMITS, maxConnections: 1, reservedConnections: 0 };
  await using running = await start({ tls, limits, connections });
  const friend = tlsConnect({ host: '127.0.0.1', port: running.port, ca: SELF_SIGNED.cert });
  await once(running.http, 'secureConnection');
  await expect.poll(() => connections).toMatchObject({ now: 1, away: 0 });
  friend.destroy();
});

test('a client that does not finish the handshake of TLS is left', async () => {
  const tls = { cert: Buffer.from(SELF_SIGNED.cert), key: Buffer.from(SELF_SIGNED.key) };
  await using running = await start({ tls });
  // Node's own timer for the handshake, which the test lets run out.
  const timers = vi.spyOn(TLSSocket.prototype, 'setTimeout');
  const socket = connect(running.port, '127.0.0.1');
  await once(running.http, 'connection');
  const [ms, runOut] = timers.mock.calls[0] ?? [];
  const [shaking] = timers.mock.contexts;
  timers.mockRestore();
  expect(ms).toBe(10_000);
  const closed = once(socket, 'close');
  runOut?.call(shaking);
  await closed;
});

describe('a connection that the system does not give', () => {
  test.each(['http', 'https'] as const)('to a server of %s is logged, and the next one is taken', async (scheme) => {
    const said: unknown[] = [];
    const error = (message: string, fields: unknown) => void said.push([message, fields]);
    const { cert, key } = SELF_SIGNED;
    const tls = scheme === 'https' ? { cert: Buffer.from(cert), key: Buffer.from(key) } : undefined;
    await using running = await start({ tls, log: { ...silentLog, error } });
    const handle: unknown = Reflect.get(running.http, '_handle');
    const taken: unknown = Reflect.get(Object(handle), 'onconnection');
    if (typeof taken !== 'function') throw new Error('Node.js takes connections in another way');
    // As its event loop does when there are no more files, in the whole system for one.
    taken.call(handle, -constants.errno.EMFILE);
    expect(said).toEqual([['a connection could not be taken', { error: 'accept EMFILE' }]]);
    const socket = connect(running.port, '127.0.0.1');
    await once(running.http, 'connection');
    socket.destroy();
  });
});
