import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { sendRaw } from '../support/http-client.ts';
import { createFakeData } from './support/fake-serving.ts';
import { expectAlive } from './support/hostile-client.ts';
import { KEY, type RunningServer, startServer } from './support/running-server.ts';

/* Replies that clients do not take are memory of the node: there is a limit for all of them together. */

/** More than systems hold for a client that reads nothing. */
const LONG = Array.from({ length: 16_000 }, (_, number) => String(number).padStart(1_000, 'r'));
const FACTS = Array.from({ length: 100_000 }, (_, number) => ({
  predicate: 'has_role',
  args: [{ type: 'User', id: `a user with the number ${number}` }],
}));

const QUESTION = { actor_type: 'User', actor_id: 'a', action: 'read', resource_type: 'Repo' };
const QUESTION_TEXT = JSON.stringify(QUESTION);
const AUTHORIZATION = `Host: x\r\nAuthorization: Bearer ${KEY}\r\n`;
const LIST = `POST /api/list HTTP/1.1\r\n${AUTHORIZATION}Content-Length: ${QUESTION_TEXT.length}\r\n\r\n${QUESTION_TEXT}`;
const FACTS_LIST = `GET /api/facts HTTP/1.1\r\n${AUTHORIZATION}\r\n`;
const PROBE = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n';

const SLOW_CLIENTS = {
  status: 503,
  headers: { 'retry-after': '1', 'oso-fallback-reason': 'slow_clients' },
  json: { message: 'too many long answers wait for clients that do not take them: try again' },
};

function start(maxReplyBytesHeld: number): Promise<RunningServer> {
  const answers = { authorize: true, list: LONG };
  const data = createFakeData(answers, { facts: createMemoryFacts(FACTS), policyText: 'x'.repeat(20_000) });
  return startServer({ data, limits: { maxReplyBytesHeld } });
}

/** A client that reads nothing, once `count` of its replies are held. */
async function askAndTakeNothing({ port, server, answered }: RunningServer, text: string, count = 1) {
  const client = connect(port, '127.0.0.1').on('error', () => undefined);
  client.pause().write(text.repeat(count));
  if (text === LIST) await expect.poll(() => answered.length).toBe(count);
  await expect.poll(() => server.heldReplyBytes).toBeGreaterThan(0);
  return client;
}

describe('while clients take too little of their replies', () => {
  test('long answers are refused, short ones and what operators ask are not; then all is as before', async () => {
    await using running = await start(1);
    const client = await askAndTakeNothing(running, LIST);
    expect(running.server.heldReplyBytes).toBeGreaterThan(16_000_000);
    expect(await running.ask({ path: '/api/list', body: QUESTION })).toMatchObject(SLOW_CLIENTS);
    expect(await running.ask({ path: '/api/policy' })).toMatchObject(SLOW_CLIENTS);
    const authorize = { ...QUESTION, resource_id: 'r' };
    expect(await running.ask({ path: '/api/authorize', body: authorize })).toMatchObject({ status: 200 });
    expect(await running.ask({ path: '/livez' })).toMatchObject({ status: 200 });
    const metrics = await running.ask({ path: '/metrics' });
    expect(metrics.status).toBe(200);
    expect(metrics.text).toMatch(/^oso_fallback_http_held_reply_bytes 16\d{6}$/mu);
    client.resume();
    await expect.poll(() => running.server.heldReplyBytes).toBe(0);
    expect(await running.ask({ path: '/api/list', body: QUESTION })).toMatchObject({ status: 200 });
    client.destroy();
    await expectAlive(running);
  });

  test('a client that leaves gives back what was held for it', async () => {
    await using running = await start(40_000_000);
    const client = await askAndTakeNothing(running, LIST, 3);
    expect(running.server.heldReplyBytes).toBeGreaterThan(48_000_000);
    expect(await running.ask({ path: '/api/list', body: QUESTION })).toMatchObject(SLOW_CLIENTS);
    client.resetAndDestroy();
    await expect.poll(() => running.server.heldReplyBytes).toBe(0);
    await expectAlive(running);
  });

  test.each([
    ['a long answer', LIST],
    ['a listing', FACTS_LIST],
    ['a probe', PROBE],
  ])('one that asks for %s behind what it does not take is closed', async (_, behind) => {
    await using running = await start(1);
    const client = await askAndTakeNothing(running, LIST);
    client.write(behind);
    await expect.poll(() => running.server.heldReplyBytes).toBe(0);
    expect(running.answered.map(({ status }) => status)).toEqual([200, 499]);
    client.destroy();
    await expectAlive(running);
  });

  test('listings count as well, and one that is refused lets its data go', async () => {
    await using running = await start(1);
    const client = await askAndTakeNothing(running, FACTS_LIST);
    expect(await running.ask({ path: '/api/facts' })).toMatchObject(SLOW_CLIENTS);
    expect(running.data.pinned).toBe(1);
    client.resetAndDestroy();
    await expect.poll(() => running.server.heldReplyBytes).toBe(0);
    await expectAlive(running);
  });
});

test('what is being compressed counts with its whole length', async () => {
  const headers = { 'accept-encoding': 'gzip' };
  await using running = await start(1);
  const [first, second] = await Promise.all(
    [0, 1].map(() => running.ask({ path: '/api/list', body: QUESTION, headers })),
  );
  const [refused, answer] = first?.status === 503 ? [first, second] : [second, first];
  expect(refused).toMatchObject(SLOW_CLIENTS);
  expect(JSON.parse(gunzipSync(answer?.bytes ?? '').toString())).toMatchObject({ results: LONG });
  await expect.poll(() => running.server.heldReplyBytes).toBe(0);
  const listing = await running.ask({ path: '/api/facts', headers });
  expect(JSON.parse(gunzipSync(listing.bytes).toString())).toHaveLength(FACTS.length);
  await expect.poll(() => running.server.heldReplyBytes).toBe(0);
  await expectAlive(running);
});

test('of a listing that is asked for without its body no more is read than its beginning', async () => {
  const facts = createMemoryFacts(FACTS);
  const read = vi.spyOn(facts.dictionary, 'valueOf');
  await using running = await startServer({ data: createFakeData({ authorize: true }, { facts }) });
  for (const headers of [{}, { 'accept-encoding': 'gzip' }]) {
    const reply = await running.ask({ path: '/api/facts', method: 'HEAD', headers });
    expect(reply).toMatchObject({ status: 200, text: '', headers: { 'content-type': 'application/json' } });
    expect(reply.headers['content-length']).toBeUndefined();
    expect(read.mock.calls.length).toBeLessThan(FACTS.length / 20);
  }
  expect(running.answered.map(({ status }) => status)).toEqual([200, 200]);
  await expectAlive(running);
});

test('what is sent at once is never held', async () => {
  await using running = await start(1);
  const closed = once(running.server.http, 'request').then(() => running.server.heldReplyBytes);
  expect(await sendRaw(running.port, PROBE.replace('Host', 'Connection: close\r\nHost'))).toMatch(/^HTTP\/1\.1 200 /u);
  expect([await closed, running.server.heldReplyBytes]).toEqual([0, 0]);
});
