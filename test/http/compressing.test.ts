import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { createFakeData } from './support/fake-serving.ts';
import { expectAlive } from './support/hostile-client.ts';
import { KEY, startServer } from './support/running-server.ts';

/** What waits to be compressed, until the test says how that ended. */
const { compressing } = vi.hoisted(() => ({ compressing: [] as ((error: Error | null, bytes?: Buffer) => void)[] }));

vi.mock('node:zlib', async (load) => ({
  ...(await load<typeof import('node:zlib')>()),
  gzip: (_: Buffer, done: (error: Error | null, bytes?: Buffer) => void) => compressing.push(done),
}));

const RESULTS = ['x'.repeat(50_000)];
const QUESTION = { actor_type: 'User', actor_id: 'a', action: 'read', resource_type: 'Repo' };
const ASK = { path: '/api/list', body: QUESTION, headers: { 'accept-encoding': 'gzip' } };

test('a long reply that cannot be compressed is sent as it is', async () => {
  await using running = await startServer({ data: createFakeData({ list: RESULTS }) });
  const replied = running.ask(ASK);
  await expect.poll(() => compressing).toHaveLength(1);
  compressing.pop()?.(new Error('no memory'));
  const reply = await replied;
  expect(reply).toMatchObject({ status: 200, json: { results: RESULTS } });
  expect(reply.headers['content-encoding']).toBeUndefined();
});

test('what is being compressed is held until that is done, though its client has left', async () => {
  const data = createFakeData({ list: RESULTS, authorize: true });
  await using running = await startServer({ data, limits: { maxReplyBytesHeld: 1 } });
  const body = JSON.stringify(QUESTION);
  const head = `POST /api/list HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nAccept-Encoding: gzip\r\n`;
  const client = connect(running.port, '127.0.0.1').on('error', () => undefined);
  client.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
  await expect.poll(() => compressing).toHaveLength(1);
  client.resetAndDestroy();
  await expect.poll(() => running.answered).toMatchObject([{ status: 499 }]);
  expect(running.server.heldReplyBytes).toBeGreaterThan(50_000);
  expect(await running.ask(ASK)).toMatchObject({ status: 503 });
  compressing.pop()?.(null, gzipSync('{}'));
  expect(running.server.heldReplyBytes).toBe(0);
  await expectAlive(running);
});
