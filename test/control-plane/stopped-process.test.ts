import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { TRANSFER_LIMITS } from '../../src/control-plane/transfer-limits.ts';
import type { Clock } from '../../src/util/clock.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { BODY, FACTS } from './fail-under.ts';
import { collect, connect, never } from './support.ts';

/** The clock of a process that is stopped for a while: timers fire before anything that has come meanwhile is read. */
function stoppableClock() {
  const clock = new FakeClock();
  const sleepers = new Set<() => void>();
  const sleep: Clock['sleep'] = (_ms, signal) =>
    new Promise((resolve, reject) => {
      sleepers.add(resolve);
      signal?.addEventListener('abort', () => {
        sleepers.delete(resolve);
        reject(signal.reason);
      });
    });
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    sleep,
    goOnAfter(ms: number) {
      clock.spend(ms);
      for (const wake of sleepers) wake();
    },
  };
}

/** Sends the first bytes of a listing at once, and more when it is told to. */
async function startPausing() {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n`;
  let at = 0;
  let send: (bytes: number) => void = () => {};
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write(head);
      send(1_000);
    });
    send = (bytes) => {
      socket.write(BODY.slice(at, at + bytes));
      at += bytes;
    };
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    send: (bytes: number) => send(bytes),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

test('a process that was stopped reads what has come meanwhile before it finds a time to be over', async () => {
  await using server = await startPausing();
  const clock = stoppableClock();
  const controlPlane = connect(server.url, { clock, limits: TRANSFER_LIMITS });
  const facts = collect(await controlPlane.facts({ signal: never, predicates: [] }));
  await settle();
  server.send(1_000);
  clock.goOnAfter(TRANSFER_LIMITS.rateWindowMs + 1);
  await settle();
  server.send(BODY.length);
  expect(await facts).toEqual(FACTS);
  await controlPlane.close();
});
