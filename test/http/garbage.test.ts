import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HttpServer } from '../../src/http/http-server.ts';
import { DEFAULT_LIMITS } from '../../src/http/limits.ts';
import type { Answer, Route } from '../../src/http/route.ts';
import { createRequestHistogram } from '../../src/metrics/request-histogram.ts';
import { silentLog } from '../../src/util/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { close, listen } from '../support/http-client.ts';

/** Connections that ask again as soon as they have their answer. */
const CLIENTS = 20;
const WARM_UP = 2_000;
const REQUESTS = 4_000;
/** An exchange with its request and response takes four times as much. */
const MOST_BYTES_KEPT = 1_000;

const OK: Answer = { status: 200, body: '{}' };

let collect: (options?: { readonly type: 'minor' }) => void;
beforeAll(() => {
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc');
});
afterAll(() => setFlagsFromString('--no-expose-gc'));

test('what was answered on the spot is garbage of the young generation', async () => {
  expect(await bytesKept(() => OK)).toBeLessThan(MOST_BYTES_KEPT);
});

test('what was answered later, while others wait is garbage of the young generation', async () => {
  expect(await bytesKept(() => new Promise((answer) => setImmediate(answer, OK)))).toBeLessThan(MOST_BYTES_KEPT);
});

/**
 * Of each request, after a collection of the young generation. If one dead exchange of the old generation leads to the next, each
 * is found alive.
 */
async function bytesKept(answer: Route['answer']): Promise<number> {
  const server = new HttpServer({
    routes: [{ method: 'POST', path: '/ask', access: 'open', body: 'json', answer }],
    authenticate: () => '',
    clock: new FakeClock(),
    limits: DEFAULT_LIMITS,
    requests: createRequestHistogram(),
    log: silentLog,
  });
  const port = await listen(server.http);
  try {
    await askOften(port, WARM_UP, () => undefined);
    let usedBytes = 0;
    const answered = await askOften(port, REQUESTS, (count) => {
      // In the middle, so that exchanges are open that become old by it.
      if (count === REQUESTS / 4) {
        collect();
        usedBytes = process.memoryUsage().heapUsed;
      } else if (count % 500 === 0) collect({ type: 'minor' });
    });
    expect(answered).toBe(REQUESTS);
    collect({ type: 'minor' });
    return (process.memoryUsage().heapUsed - usedBytes) / REQUESTS;
  } finally {
    await close(server.http);
  }
}

/** How many were answered with 200. `answered` is told of each. */
function askOften(port: number, total: number, answered: (count: number) => void): Promise<number> {
  const request = 'POST /ask HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}';
  let asked = 0;
  let count = 0;
  const clients = Array.from(
    { length: CLIENTS },
    () =>
      new Promise<void>((ended, failed) => {
        const socket = connect(port, '127.0.0.1');
        const ask = () => {
          asked += 1;
          if (asked <= total) socket.write(request);
          else socket.end();
        };
        socket
          .on('connect', ask)
          .on('error', failed)
          .on('close', () => ended());
        socket.on('data', (reply) => {
          if (reply.toString('latin1', 9, 12) === '200') count += 1;
          answered(count);
          ask();
        });
      }),
  );
  return Promise.all(clients).then(() => count);
}
