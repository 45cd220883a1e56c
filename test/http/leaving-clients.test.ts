import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { sendRaw } from '../support/http-client.ts';
import { createFakeData } from './support/fake-serving.ts';
import { BODY, expectAlive, HEAD, start } from './support/hostile-client.ts';
import { KEY, startServer } from './support/running-server.ts';

/* Clients that leave before their reply, or take nothing of it. */

describe('while a long listing is on its way', () => {
  const facts = Array.from({ length: 100_000 }, (_, number) => ({
    predicate: 'has_role',
    args: [{ type: 'User', id: `a user with the number ${number}` }],
  }));

  /** A client that has seen the beginning of its listing, and takes no more for now. `extra`: a header of its request. */
  async function startListing(port: number, extra = '') {
    const client = connect(port, '127.0.0.1').on('error', () => undefined);
    client.write(`GET /api/facts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n${extra}\r\n`);
    const [start] = await once(client, 'data');
    expect(String(start)).toMatch(/^HTTP\/1\.1 200 /u);
    return client.pause();
  }

  test('an invalid request of another connection is refused at once, and the listing goes on', async () => {
    await using running = await startServer({ data: createFakeData({}, { facts: createMemoryFacts(facts) }) });
    const client = await startListing(running.port);
    expect(await sendRaw(running.port, 'garbage\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /u);
    expect(running.server.inFlight).toBe(1);
    client.resume();
    await expect.poll(() => running.answered).toMatchObject([{ path: '/api/facts', status: 200 }]);
    expect(running.data.pinned).toBe(0);
    client.destroy();
  });

  const LISTING = `GET /api/facts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n\r\n`;

  test.each([
    ['listings', LISTING.repeat(2), 3],
    ['compressed listings', LISTING.replace('Host', 'Accept-Encoding: gzip\r\nHost').repeat(2), 3],
    ['half a question', `${HEAD}Content-Length: 1000\r\n\r\n{`, 2],
  ])('who leaves with %s behind it leaves nothing behind', async (_, behind, inFlight) => {
    await using running = await startServer({ data: createFakeData({}, { facts: createMemoryFacts(facts) }) });
    const client = await startListing(running.port);
    client.write(behind);
    await expect.poll(() => running.server.inFlight).toBe(inFlight);
    client.resetAndDestroy();
    await expect.poll(() => running.server.inFlight).toBe(0);
    await expect.poll(() => running.data.pinned).toBe(0);
    expect(running.answered.map(({ status }) => status)).toEqual(new Array(inFlight).fill(499));
    await expectAlive(running);
  });

  test('a body of its request that turns invalid ends the connection: words would be taken for data', async () => {
    await using running = await startServer({ data: createFakeData({}, { facts: createMemoryFacts(facts) }) });
    const client = await startListing(running.port, 'Transfer-Encoding: chunked\r\n');
    let received = '';
    client.on('data', (piece) => {
      received += piece;
    });
    client.write('no chunk\r\n');
    client.resume();
    await once(client, 'close');
    expect(received).not.toMatch(/HTTP\/1\.1|well-formed/u);
    await expect.poll(() => running.data.pinned).toBe(0);
  });
});

test('clients that leave in the middle of a request leave nothing behind', async () => {
  await using running = await start();
  for (let round = 0; round < 50; round += 1) {
    const started = sendRaw(running.port, `${HEAD}Content-Length: 1000\r\n\r\n{`);
    while (running.server.inFlight === 0) await new Promise(setImmediate);
    running.server.http.closeAllConnections();
    await started;
    while (running.server.inFlight > 0) await new Promise(setImmediate);
  }
  await expectAlive(running);
  expect(running.answered.filter(({ status }) => status === 499)).toHaveLength(50);
});

describe('a client that takes nothing of its reply', () => {
  const LONG = Array.from({ length: 200_000 }, (_, number) => `r${number}`);

  test('is left after a minute of silence', async () => {
    await using running = await startServer({ data: createFakeData({ list: LONG }) });
    const accepted = once(running.server.http, 'connection');
    const client = connect(running.port, '127.0.0.1').pause();
    const body = JSON.stringify({ actor_type: 'User', actor_id: 'a', action: 'read', resource_type: 'Repo' });
    const head = `POST /api/list HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Length: ${body.length}`;
    client.write(`${head}\r\n\r\n${body}`.repeat(40));
    const [socket]: Socket[] = await accepted;
    if (socket === undefined) throw new Error('no connection');
    while (socket.timeout !== 60_000) await new Promise(setImmediate);
    expect(socket.writableLength).toBeGreaterThan(0);
    socket.emit('timeout');
    await once(socket, 'close');
    expect(running.server.inFlight).toBe(0);
    client.destroy();
    await expectAlive(running);
  });

  test('is not told from one that is idle when the reply has left at once', async () => {
    await using running = await start();
    const accepted = once(running.server.http, 'connection');
    await sendRaw(running.port, `${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`, (text) => text.includes('}'));
    const [socket]: Socket[] = await accepted;
    expect(socket?.timeout).toBeGreaterThanOrEqual(72_000);
  });
});
