import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { askNode } from '../../src/cli/ask-node.ts';
import { FakeClock } from '../support/fake-clock.ts';

const TIME = 5_000;

/** Answers with the head of a reply, and then with a blank whenever it is told to. */
async function startDripping() {
  let connected: (drip: () => void) => void = () => {};
  const connection = new Promise<() => void>((resolve) => {
    connected = resolve;
  });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
      connected(() => socket.write(' '));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    connection,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

test('a server that sends a byte now and then is left when the time for the whole answer is over', async () => {
  await using server = await startDripping();
  const clock = new FakeClock();
  const stop = new AbortController();
  const asked = askNode({ url: server.url }, { signal: stop.signal, clock });
  const refused = expect(asked).rejects.toMatchObject({
    code: 'NODE_UNREACHABLE',
    message: expect.stringMatching(/: no answer within 5 seconds$/),
  });
  const drip = await server.connection;
  for (let passed = 0; passed < TIME; passed += 1_000) {
    drip();
    await clock.advance(1_000);
  }
  stop.abort();
  await refused;
});

test('leaves no timer behind', async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  await expect(askNode({ url: 'http://127.0.0.1:1' }, { signal, clock })).rejects.toThrow('connection refused');
  expect(clock.sleeping).toBe(0);
});
