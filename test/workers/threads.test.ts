import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { drain } from '../../src/http/drain.ts';
import { systemClock } from '../../src/util/clock.ts';
import { descriptorOf } from '../../src/workers/descriptor-of.ts';
import { send } from '../support/http-client.ts';
import { type Asked, ask, askOnce, askOthers, type Connection } from './support/connections.ts';
import { startThreads } from './support/threads.ts';

/*
 * Real threads: those of production, but for a channel on which these tests tell them to die.
 */

async function stopAll(connections: readonly Connection[]): Promise<readonly Asked[]> {
  await Promise.all(connections.map((connection) => connection.stop()));
  return connections.flatMap(({ asked }) => asked);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Requests by thread, the first one first. */
async function requestsOf({ metrics }: { readonly metrics: { render(): Promise<string> } }) {
  const text = await metrics.render();
  return [...text.matchAll(/^oso_fallback_worker_requests_total\{worker="\d+"\} (\d+)$/gmu)].map(([, n]) => Number(n));
}

type Asking = Parameters<typeof requestsOf>[0] & { readonly port: number };

/** Which thread gets a connection is the kernel's choice: one that none of so many came to is not chosen. */
const MOST_CONNECTIONS = 600;

/** Opens connections that ask until they are stopped, a dozen at a time, until the requests by thread are as wanted. */
async function askUntil(threads: Asking, isWanted: (requests: readonly number[]) => boolean) {
  const connections: Connection[] = [];
  for (;;) {
    connections.push(...ask(threads.port, 6));
    await pause(50);
    connections.push(...askOthers(threads.port, 6));
    await pause(50);
    const requests = await requestsOf(threads);
    if (isWanted(requests)) return connections;
    if (connections.length < MOST_CONNECTIONS) continue;
    await stopAll(connections);
    throw new Error(`after ${MOST_CONNECTIONS} connections the threads have answered ${requests}`);
  }
}

/** So many connections that every thread has some. */
function askAll(threads: Asking) {
  return askUntil(threads, (requests) => !requests.includes(0));
}

/** More connections, until the second thread has answered more than this. */
function grown(threads: Asking, before: number) {
  return askUntil(threads, (requests) => (requests[1] ?? 0) > before);
}

describe('three threads', () => {
  test('all answer, and what they count is what was asked', async () => {
    await using threads = await startThreads(3);
    const id = await threads.serve();
    await threads.allListen();
    const connections = await askAll(threads);
    const asked = await stopAll(connections);
    expect(connections.map(({ broken }) => broken).filter(Boolean)).toEqual([]);
    expect(new Set(asked.map(({ status, body, snapshot }) => `${status} ${body} ${snapshot}`))).toEqual(
      new Set([`200 {"allowed":true} ${id}`]),
    );
    const byThread = await requestsOf(threads);
    expect(byThread).toHaveLength(3);
    expect(byThread.reduce((sum, count) => sum + count, 0)).toBe(asked.length);
    expect(await threads.metrics.render()).toContain(
      `\noso_fallback_http_requests_count{path="/api/authorize",status_code="200"} ${asked.length}\n`,
    );
  });

  test('answer operational requests wherever they land', async () => {
    await using threads = await startThreads(3);
    await threads.serve();
    await threads.allListen();
    for (let round = 0; round < 20; round++) {
      expect((await send(threads.port, { path: '/livez' })).status).toBe(200);
      expect((await send(threads.port, { path: '/readyz' })).json).toEqual({ ready: true });
      expect((await send(threads.port, { path: '/status' })).json).toEqual({ listening: 2 });
      expect((await send(threads.port, { path: '/metrics' })).text).toContain('\noso_fallback_workers 3\n');
    }
  });

  test.each([
    ['in memory', 2 ** 24],
    ['on disk', 0],
  ])(
    'over data %s: a request that begins after an answer of new data is answered from them, in every thread',
    async (_, memoryBytes) => {
      await using threads = await startThreads(3, { memoryBytes });
      const ids = [await threads.serve()];
      await threads.allListen();
      const connections = await askAll(threads);
      for (let swap = 0; swap < 8; swap++) {
        await pause(60);
        ids.push(await threads.serve());
      }
      const isAtNewest = ({ asked, broken }: Connection) =>
        broken !== undefined || asked.at(-1)?.snapshot === ids.at(-1);
      while (!connections.every(isAtNewest)) await pause(5);
      const asked = await stopAll(connections);
      expect(connections.map(({ broken }) => broken).filter(Boolean)).toEqual([]);
      expect(new Set(asked.map(({ status, body }) => `${status} ${body}`))).toEqual(new Set(['200 {"allowed":true}']));
      const firstSeenMs = ids.map((id) =>
        Math.min(...asked.filter(({ snapshot }) => snapshot === id).map(({ endedMs }) => endedMs)),
      );
      const late = asked.filter(({ startedMs, snapshot }) => {
        const newest = firstSeenMs.findLastIndex((seenMs) => seenMs < startedMs);
        return ids.indexOf(snapshot) < newest;
      });
      expect(late).toEqual([]);
      expect(asked.at(-1)?.snapshot).toBe(ids.at(-1));
    },
  );
});

test('the limit of connections is for all threads together, and probes are answered beyond it', async () => {
  await using threads = await startThreads(3, { maxConnections: 8 });
  await threads.serve();
  await threads.allListen();
  const held = await Promise.all(Array.from({ length: 8 }, () => openProbe(threads.port)));
  for (let round = 0; round < 20; round++) {
    expect(await askOnce(threads.port)).toMatchObject({
      status: 503,
      body: expect.stringContaining('too many connections: try again'),
    });
    expect((await send(threads.port, { path: '/livez' })).status).toBe(200);
  }
  for (const { socket } of held) socket.destroy();
  await expect.poll(() => threads.connections()).toBe(0);
  expect((await askOnce(threads.port)).status).toBe(200);
  await expect.poll(() => threads.connections()).toBe(0);
  const flood = await Promise.all(Array.from({ length: 200 }, () => openConnection(threads.port)));
  for (let round = 0; round < 20; round++) expect((await send(threads.port, { path: '/livez' })).status).toBe(200);
  // The reserve, and one for each thread that has none of it.
  await expect.poll(() => threads.connections()).toBeLessThanOrEqual(8 + 100 + 3);
  for (const socket of flood) socket.destroy();
});

function openConnection(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket)).on('error', reject);
  });
}

/** A connection over which a probe is sent, once it is answered or a thread has closed it. */
async function openProbe(port: number): Promise<{ readonly socket: Socket; readonly isAnswered: boolean }> {
  const socket = await openConnection(port);
  const isAnswered = new Promise<boolean>((resolve) => {
    socket.on('data', () => resolve(true)).on('close', () => resolve(false));
  });
  socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
  return { socket, isAnswered: await isAnswered };
}

describe('a thread that dies', () => {
  test.each(['throw', 'exhaust', 'leave'] as const)(
    '(%s) takes its own connections with it and no others, is replaced, and its counts stay',
    async (how) => {
      await using threads = await startThreads(3);
      await threads.serve();
      await threads.allListen();
      const connections = await askAll(threads);
      const before = (await requestsOf(threads))[1] ?? 0;
      expect(before).toBeGreaterThan(0);
      threads.order(2, how);
      while (!threads.logged.some(([message]) => message === 'a worker died, and is replaced')) await pause(10);
      await threads.allListen();
      const fresh = await grown(threads, before);
      const asked = await stopAll([...connections, ...fresh]);
      const lost = connections.filter(({ isLost }) => isLost);
      expect(lost.length).toBeGreaterThan(0);
      expect(lost.length).toBeLessThan(connections.length);
      expect(fresh.filter(({ isLost }) => isLost)).toEqual([]);
      expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200]));
      const [, after = 0] = await requestsOf(threads);
      expect(after).toBeGreaterThan(before);
      expect(await threads.metrics.render()).toContain('\noso_fallback_worker_restarts_total 1\n');
      const [, fields] = threads.logged.find(([message]) => message === 'a worker died, and is replaced') ?? [];
      const reasons = { throw: 'an order of the test', exhaust: 'memory', leave: 'it ended by itself' };
      expect(fields).toMatchObject({ worker: 2, delayMs: 0, reason: expect.stringContaining(reasons[how]) });
    },
  );

  test('of data leaves everybody with the data of before, also its successor', async () => {
    await using threads = await startThreads(2);
    const id = await threads.serve();
    await threads.allListen();
    await expect(threads.serve('deadly')).rejects.toThrow('workers died of getting ready for it');
    await threads.allListen();
    for (let round = 0; round < 20; round++) expect((await askOnce(threads.port)).snapshot).toBe(id);
    expect(threads.crew.listening).toBe(1);
    const next = await threads.serve();
    for (let round = 0; round < 20; round++) expect((await askOnce(threads.port)).snapshot).toBe(next);
  });
});

test('a drain under load fails no request that was begun in time, and leaves no thread', async () => {
  await using threads = await startThreads(3);
  await threads.serve();
  await threads.allListen();
  const connections = ask(threads.port, 12);
  const counts = () => connections.map(({ asked }) => asked.length);
  const haveMore = (more: number, than: readonly number[]) =>
    connections.every(({ asked, broken }, at) => broken || asked.length >= (than[at] ?? 0) + more);
  while (!haveMore(1, [])) await pause(5);
  // Long enough for clients that are slow to notice.
  const drainMs = 5_000;
  const first = drain({ server: threads.server, clock: systemClock, drainMs, forceMs: 5_000 });
  const others = threads.crew.drain(drainMs, 5_000);
  const before = counts();
  while (!haveMore(2, before)) await pause(5);
  const asked = await stopAll(connections);
  expect([await first, await others]).toEqual(['clean', 'clean']);
  expect(connections.map(({ broken }) => broken).filter(Boolean)).toEqual([]);
  expect(asked.every(({ status }) => status === 200)).toBe(true);
  expect(threads.crew.listening).toBe(0);
  await expect(askOnce(threads.port)).rejects.toThrow('ECONNREFUSED');
});

test('a server that does not listen has no descriptor to share', () => {
  expect(() => descriptorOf(createServer())).toThrow('the listening socket has no descriptor that threads could share');
});
