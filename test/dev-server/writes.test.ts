import { expect, test } from 'vitest';
import { GITHUB_FACTS, GITHUB_POLICY } from './support/github-policy.ts';
import { fact, type RunningDevServer, startDevServer } from './support/running-dev-server.ts';

const MEMBER = fact('has_role', 'User:carol', 'String:member', 'Org:acme');
const ADMIN = fact('has_role', 'User:carol', 'String:admin', 'Org:acme');

async function start(options = {}): Promise<RunningDevServer> {
  const running = await startDevServer(options);
  await running.post('/api/policy', { filename: null, src: GITHUB_POLICY });
  return running;
}

async function facts(running: RunningDevServer, query = ''): Promise<unknown[]> {
  return (await running.ask({ path: `/api/facts?${query}` })).json as unknown[];
}

test('a batch is applied in order, facts are a set, and every change has an offset of its own', async () => {
  await using running = await start();
  const first = await running.post('/api/batch', [
    { inserts: [MEMBER, MEMBER] },
    { inserts: [ADMIN] },
    { deletes: [MEMBER] },
  ]);
  expect(first.json).toEqual({ message: '3 inserts and 1 deletes are done' });
  expect(await facts(running)).toEqual([ADMIN]);
  const second = await running.post('/api/batch', [{ deletes: [MEMBER] }]);
  expect(first.headers['osooffset']).toMatch(/^\d+$/u);
  expect(second.headers['osooffset']).not.toBe(first.headers['osooffset']);
});

test.each([
  ['a typed wildcard', fact('has_role', 'User:', 'String:member', 'Org:'), 2],
  ['wildcards of any type', { predicate: 'has_role', args: [{ type: null, id: null }, null, {}] }, 0],
  ['another number of arguments', fact('has_role', 'User:', 'String:'), 3],
  ['another type', fact('has_role', 'User:', 'String:member', 'Team:'), 3],
  ['an unknown predicate', fact('likes', 'User:'), 3],
])('a delete by %s removes what matches', async (_, pattern, left) => {
  await using running = await start();
  await running.post('/api/batch', [{ inserts: GITHUB_FACTS }]);
  await running.post('/api/batch', [{ deletes: [pattern] }]);
  expect(await facts(running, 'predicate=has_role')).toHaveLength(left);
});

test('a batch in which one fact is not allowed changes nothing', async () => {
  await using running = await start();
  await running.post('/api/batch', [{ inserts: [MEMBER] }]);
  const before = (await running.ask({ path: '/api/facts' })).headers['oso-fallback-snapshot'];
  const reply = await running.ask({
    path: '/api/batch',
    body: [{ deletes: [MEMBER] }, { inserts: [ADMIN, fact('likes', 'User:carol', 'String:it"s')] }],
  });
  expect(reply).toMatchObject({
    status: 400,
    json: {
      message:
        'likes(User, "it\\"s") is not used in policy. Help: use this fact in your policy, or add ' +
        "'declare likes(...)' to your policy to force Oso to accept facts of this type.",
    },
  });
  expect(await facts(running)).toEqual([MEMBER]);
  expect((await running.ask({ path: '/api/facts' })).headers['oso-fallback-snapshot']).toBe(before);
});

test('a batch that fails half-way is undone', async () => {
  await using running = await start({ writeLimits: { maxWildcardDeletes: 2 } });
  await running.post('/api/batch', [{ inserts: GITHUB_FACTS }]);
  const reply = await running.ask({
    path: '/api/batch',
    body: [
      { inserts: [MEMBER, ADMIN] },
      { deletes: [GITHUB_FACTS[0]] },
      { deletes: [fact('has_role', 'User:', 'String:', 'Org:')] },
    ],
  });
  expect(reply).toMatchObject({
    status: 413,
    json: { message: 'a wildcard would delete more than 2 facts: delete them in parts' },
  });
  const kept = await facts(running);
  expect(kept).toHaveLength(4);
  expect(kept).toEqual(expect.arrayContaining(GITHUB_FACTS));
});

test('writes have the limits of the cloud', async () => {
  await using running = await start();
  const many = Array.from({ length: 1_001 }, (_, index) => fact('is_friendly', `User:${index}`));
  expect(await running.ask({ path: '/api/batch', body: [{ inserts: many.slice(1) }] })).toMatchObject({ status: 200 });
  expect(await running.ask({ path: '/api/batch', body: [{ inserts: many }] })).toMatchObject({
    status: 413,
    json: { message: 'the request has 1001 entries, the limit is 1000' },
  });
  const large = JSON.stringify([]) + ' '.repeat(960 * 1024);
  expect(await running.ask({ path: '/api/batch', body: large })).toMatchObject({
    status: 413,
    json: { message: 'the body is larger than 983040 bytes' },
  });
});

const BAD_BATCHES: readonly (readonly [body: unknown, message: string])[] = [
  [{}, '`body` must be an array, not an object'],
  [[{}], '`body[0]` must have either `inserts` or `deletes`'],
  [[{ inserts: [], deletes: [] }], '`body[0]` must have either `inserts` or `deletes`'],
  [[{ inserts: {} }], '`body[0].inserts` must be an array, not an object'],
  [[{ inserts: [fact('p', 'User:')] }], '`body[0].inserts[0].args[0].id` must be a string, not null'],
  [
    [{ inserts: [{ predicate: 'p', args: [{ type: 'User', id: '' }] }] }],
    '`body[0].inserts[0].args[0].id` must not be empty',
  ],
  [
    [{ deletes: [{ predicate: 'p', args: [{ id: 'x' }] }] }],
    '`body[0].deletes[0].args[0].type` is missing: an id needs a type',
  ],
];

test.each(BAD_BATCHES)('the batch %j is 400 and names the field', async (body, message) => {
  await using running = await start();
  expect(await running.ask({ path: '/api/batch', body })).toMatchObject({ status: 400, json: { message } });
});

test('ids of Integers and Booleans are stored in their one form, others as they are', async () => {
  await using running = await start();
  await running.post('/api/batch', [{ inserts: [fact('is_weird', 'Integer:+010', 'String:+010', 'Boolean:true')] }]);
  expect(await facts(running)).toEqual([fact('is_weird', 'Integer:10', 'String:+010', 'Boolean:true')]);
});

test('the wildcard mark is no id of an object', async () => {
  await using running = await start();
  const reply = await running.ask({ path: '/api/batch', body: [{ inserts: [fact('is_friendly', 'User:*')] }] });
  expect(reply).toMatchObject({ status: 400, json: { message: expect.stringContaining('`*`') } });
});

test('the deprecated writes answer as they always did', async () => {
  await using running = await start();
  expect((await running.post('/api/facts', MEMBER)).json).toEqual(MEMBER);
  expect((await running.ask({ method: 'DELETE', path: '/api/facts', body: MEMBER })).json).toEqual({
    message: '0 inserts and 1 deletes are done',
  });
  await running.post('/api/bulk_load', [MEMBER, ADMIN]);
  await running.post('/api/bulk', { delete: [MEMBER, ADMIN], tell: [ADMIN] });
  expect(await facts(running)).toEqual([ADMIN]);
  await running.post('/api/bulk_delete', [ADMIN]);
  expect(await facts(running)).toEqual([]);
});

test('clear_data deletes facts and keeps the policy', async () => {
  await using running = await start();
  await running.post('/api/batch', [{ inserts: [MEMBER] }]);
  expect((await running.ask({ method: 'POST', path: '/api/clear_data' })).json).toEqual({
    message: 'all facts are deleted',
  });
  expect(await facts(running)).toEqual([]);
  expect((await running.ask({ path: '/api/policy_metadata' })).status).toBe(200);
});

test('answers follow the writes at once', async () => {
  await using running = await start();
  const question = {
    actor_type: 'User',
    actor_id: 'carol',
    action: 'delete',
    resource_type: 'Org',
    resource_id: 'acme',
  };
  const allowed = async () =>
    ((await running.ask({ path: '/api/authorize', body: question })).json as { allowed: boolean }).allowed;
  for (let round = 0; round < 3; round += 1) {
    expect(await allowed()).toBe(false);
    await running.post('/api/batch', [{ inserts: [ADMIN] }]);
    expect(await allowed()).toBe(true);
    await running.post('/api/batch', [{ deletes: [ADMIN] }]);
  }
});

test('a listing in progress keeps the facts that it began with', async () => {
  await using running = await start({ writeLimits: { maxEntries: 50_000, maxBodyBytes: 10_000_000 } });
  const many = Array.from({ length: 40_000 }, (_, index) => fact('is_friendly', `User:user-with-a-long-name-${index}`));
  await running.post('/api/batch', [{ inserts: many }]);
  const listing = running.ask({ path: '/api/facts' });
  while (running.dev.server.inFlight === 0) await new Promise(setImmediate);
  const clearing = running.ask({ method: 'POST', path: '/api/clear_data' });
  expect((await listing).json).toHaveLength(40_000);
  expect((await clearing).status).toBe(200);
  expect(await facts(running)).toEqual([]);
});

test('stats count facts', async () => {
  await using running = await start();
  await running.post('/api/batch', [{ inserts: GITHUB_FACTS }]);
  expect((await running.ask({ path: '/api/stats' })).text).toBe('{"num_roles":3,"num_relations":1,"num_facts":4}');
});

test('parity results are accepted and dropped', async () => {
  await using running = await start();
  expect((await running.post('/api/expect', { request_id: 'x', expected: true })).json).toEqual({
    message: 'accepted, and dropped',
  });
});
