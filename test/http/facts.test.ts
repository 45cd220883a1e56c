import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import type { Fact } from '../../src/facts/fact.ts';
import type { FactReader } from '../../src/facts/fact-reader.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { send } from '../support/http-client.ts';
import { createFakeData } from './support/fake-serving.ts';
import { KEY, type RunningServer, startServer } from './support/running-server.ts';

const BOB = { type: 'User', id: 'bob smith+é' };
const MEMBER = { type: 'String', id: 'member' };
const ANVIL = { type: 'Repo', id: 'anvil' };
const FACTS: readonly Fact[] = [
  { predicate: 'has_role', args: [BOB, MEMBER] },
  { predicate: 'has_role', args: [BOB, MEMBER, ANVIL] },
  { predicate: 'has_role', args: [BOB, MEMBER, { type: 'Org', id: 'anvil' }] },
  { predicate: 'is_public', args: [ANVIL] },
  { predicate: 'level', args: [BOB, { type: 'Integer', id: '7' }] },
];

function start(facts: readonly Fact[] = FACTS): Promise<RunningServer> {
  return startServer({ data: createFakeData({}, { facts: createMemoryFacts(facts) }) });
}

const TABLE: readonly (readonly [query: string, indexes: readonly number[]])[] = [
  ['predicate=has_role', [0, 2, 1]],
  ['predicate=has_role&args.2.type=Repo', [1]],
  ['predicate=has_role&args.2.id=anvil', [2, 1]],
  ['predicate=has_role&args.2.type=Repo&args.2.id=anvil', [1]],
  ['predicate=has_role&args.2.type=User', []],
  ['predicate=has_role&args.3.type=Repo', []],
  ['predicate=has_role&args.0.type=User&args.0.id=bob+smith%2B%C3%A9', [0, 2, 1]],
  ['predicate=has_role&args.0.id=bob%20smith%2B%C3%A9&args.2.type=Org', [2]],
  ['predicate=has_role&args.0.type=User&args.0.id=alice', []],
  ['predicate=has_role&args.0.type&args.1.id=&args.2.type=', [0, 2, 1]],
  ['predicate=likes', []],
  ['predicate=&args.0.type=Repo', [3]],
  ['args.0.type=Repo', [3]],
  ['args.1.type=Integer&args.1.id=%2B007', [4]],
  ['args.0.type=Integer&args.0.id=seven', []],
  ['unknown=1&unknown=2x&other=%ff&predicate=is_public&args.0.what=3', [3]],
];

test.each(TABLE)('GET /facts?%s answers the facts that match by position', async (query, indexes) => {
  await using running = await start();
  const reply = await running.ask({ path: `/api/facts?${query}` });
  expect(reply).toMatchObject({ status: 200, json: indexes.map((index) => FACTS[index]) });
  expect(running.data.pinned).toBe(0);
});

test.each([
  ['args.0.id=%ff', 'the query string is not percent-encoded UTF-8'],
  ['args.0.id=%ed%a0%80', 'the query string is not percent-encoded UTF-8'],
  ['predicate=a&predicate=b', 'the parameter `predicate` occurs twice'],
])('GET /facts?%s is 400', async (query, message) => {
  await using running = await start();
  expect(await running.ask({ path: `/api/facts?${query}` })).toMatchObject({ status: 400, json: { message } });
});

test('no facts are an empty array', async () => {
  await using running = await start([]);
  expect(await running.ask({ path: '/api/facts' })).toMatchObject({ status: 200, text: '[]' });
});

test.each(['/api/facts', '/api/facts?', '//api/facts'])('%s lists the whole environment', async (path) => {
  await using running = await start();
  expect((await running.ask({ path })).json).toEqual([0, 2, 1, 3, 4].map((index) => FACTS[index]));
});

test('the Node.js client, which loses its parameters on the way here, is told so', async () => {
  await using running = await start();
  const headers = { 'user-agent': 'Oso Cloud (nodejs v20.0.0; rv:2.6.0)' };
  expect(await running.ask({ path: '/api/facts', headers })).toMatchObject({
    status: 400,
    json: { message: expect.stringContaining('the Node.js SDK drops the query string when it asks a fallback') },
  });
  expect((await running.ask({ path: '/api/facts?predicate=is_public', headers })).json).toEqual([FACTS[3]]);
});

const MANY = Array.from({ length: 100_000 }, (_, index) => ({
  predicate: 'has_role',
  args: [{ type: 'User', id: `user-${index}` }, MEMBER, ANVIL],
}));

test('a long listing is streamed, whole, and lets the data go at its end', async () => {
  await using running = await start(MANY);
  const reply = await running.ask({ path: '/api/facts' });
  expect(reply.headers).toMatchObject({ 'transfer-encoding': 'chunked', 'oso-fallback-snapshot': 'gen-1' });
  expect(reply.json).toEqual(MANY);
  expect(running.data.pinned).toBe(0);
  expect(running.server.inFlight).toBe(0);
});

test('a long listing is compressed for those who accept it', async () => {
  await using running = await start(MANY);
  const reply = await running.ask({ path: '/api/facts', headers: { 'accept-encoding': 'gzip' } });
  expect(reply.headers['content-encoding']).toBe('gzip');
  expect(JSON.parse(gunzipSync(reply.bytes).toString('utf8'))).toHaveLength(100_000);
});

test('a client that leaves in the middle of a listing lets the data go', async () => {
  await using running = await start(MANY);
  const asking = send(running.port, { path: '/api/facts', headers: { authorization: `Bearer ${KEY}` } });
  while (running.data.pinned === 0) await new Promise(setImmediate);
  running.server.http.closeAllConnections();
  await asking.catch(() => undefined);
  while (running.data.pinned > 0) await new Promise(setImmediate);
  expect(running.server.inFlight).toBe(0);
});

/** Facts that can be read up to here: a disk that fails, or an index that was damaged while it is served. */
function factsUntil(end: number): FactReader {
  const { relations, factCount, dictionary } = createMemoryFacts(MANY);
  const { valueCount } = dictionary;
  const read = (handle: number) => {
    if (handle >= end) throw DAMAGE;
    return dictionary.valueOf(handle);
  };
  const handleOf = (type: string, id: string) => dictionary.handleOf(type, id);
  const typeOf = (handle: number) => dictionary.typeOf(handle);
  return { relations, factCount, dictionary: { valueCount, valueOf: read, handleOf, typeOf } };
}

const DAMAGE = new OsoError('INDEX_INVALID', 'the index is damaged');

test.each([0, 100])(
  'a listing that cannot be read at its start, at %i, is 500, logged, and lets the data go',
  async (end) => {
    await using running = await startServer({ data: createFakeData({}, { facts: factsUntil(end) }) });
    const reply = await running.ask({ path: '/api/facts' });
    expect(reply).toMatchObject({ status: 500, text: '{"message":"internal error"}' });
    expect(running.logged).toEqual([{ message: 'a request failed', error: DAMAGE.stack }]);
    expect(running.data.pinned).toBe(0);
  },
);

test.each(['identity', 'gzip'])(
  'one that cannot be read on breaks off, is logged, and lets the data go: %s',
  async (coding) => {
    await using running = await startServer({ data: createFakeData({}, { facts: factsUntil(50_000) }) });
    const asking = running.ask({ path: '/api/facts', headers: { 'accept-encoding': coding } });
    await expect(asking).rejects.toThrow('aborted');
    expect(running.logged).toEqual([{ message: 'a request failed', error: DAMAGE.stack }]);
    expect(running.answered).toMatchObject([{ path: '/api/facts', status: 500 }]);
    await expect.poll(() => running.data.pinned).toBe(0);
    expect(running.server.inFlight).toBe(0);
  },
);

test('data stay pinned while a listing that nobody reads waits', async () => {
  await using running = await start(MANY);
  const socket = connect(running.port, '127.0.0.1');
  socket.pause();
  socket.write(`GET /api/facts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n\r\n`);
  while (running.data.pinned === 0) await new Promise(setImmediate);
  for (let turn = 0; turn < 1_000; turn += 1) await new Promise(setImmediate);
  expect(running.data.pinned).toBe(1);
  socket.destroy();
  while (running.data.pinned > 0) await new Promise(setImmediate);
});
