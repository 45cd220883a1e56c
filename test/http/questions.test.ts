import { expect, test } from 'vitest';
import type { RequestContext } from '../../src/engine/engine.ts';
import { StepMeter } from '../../src/engine/step-meter.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import { createFakeData } from './support/fake-serving.ts';
import { startServer } from './support/running-server.ts';

const ALICE = { type: 'User', id: 'alice' };
const ANVIL = { type: 'Repo', id: 'anvil' };
const AUTHORIZE = {
  actor_type: 'User',
  actor_id: 'alice',
  action: 'read',
  resource_type: 'Repo',
  resource_id: 'anvil',
};

test.each([
  [true, '{"allowed":true}'],
  [false, '{"allowed":false}'],
])('authorize answers %s with 200 and exactly one key', async (allowed, text) => {
  await using running = await startServer({ data: createFakeData({ authorize: allowed }) });
  const reply = await running.ask({ path: '/api/authorize', body: AUTHORIZE });
  expect(reply).toMatchObject({ status: 200, text });
  expect(running.data.asked).toEqual([
    { method: 'authorize', question: { actor: ALICE, action: 'read', resource: ANVIL }, contextFacts: [] },
  ]);
  expect(running.data.pinned).toBe(0);
});

test('the engine is told the time in whole seconds and how much the answer may cost', async () => {
  let request: unknown;
  const data = createFakeData({
    authorize: (_: unknown, context: unknown) => {
      request = context;
      return true;
    },
  });
  await using running = await startServer({ data });
  await running.clock.advance(1_500);
  await running.ask({ path: '/api/authorize', body: AUTHORIZE });
  expect(request).toMatchObject({
    unixTime: 1_700_000_001n,
    budget: { maxSteps: 200_000_000, deadlineMs: 21_500 },
  });
});

test.each([undefined, null, []])('context facts given as %j are none', async (contextFacts) => {
  await using running = await startServer({ data: createFakeData({ authorize: true }) });
  await running.ask({ path: '/api/authorize', body: { ...AUTHORIZE, context_facts: contextFacts } });
  expect(running.data.asked[0]?.contextFacts).toEqual([]);
});

test('context facts reach the engine with canonical Integer ids', async () => {
  await using running = await startServer({ data: createFakeData({ actions: ['read'] }) });
  const fact = { predicate: 'level', args: [ALICE, { type: 'Integer', id: '+007' }] };
  const { action: _, ...body } = AUTHORIZE;
  const reply = await running.ask({ path: '/api/actions', body: { ...body, context_facts: [fact] } });
  expect(reply.text).toBe('{"results":["read"]}');
  expect(running.data.asked[0]?.contextFacts).toEqual([
    { predicate: 'level', args: [ALICE, { type: 'Integer', id: '7' }] },
  ]);
});

test('authorize_resources echoes the allowed values with both keys', async () => {
  await using running = await startServer({ data: createFakeData({ authorizeResources: [ANVIL, ANVIL] }) });
  const reply = await running.ask({
    path: '/api/authorize_resources',
    body: { actor_type: 'User', actor_id: 'alice', action: 'read', resources: [ANVIL, ANVIL] },
  });
  expect(reply.json).toEqual({ results: [ANVIL, ANVIL] });
});

test('bulk_actions applies the context facts of every element to all', async () => {
  await using running = await startServer({ data: createFakeData({ actions: ['read'] }) });
  const fact = { predicate: 'is_public', args: [ANVIL] };
  const item = { actor_type: 'User', actor_id: 'alice', resource_type: 'Repo', resource_id: 'anvil' };
  const reply = await running.ask({
    path: '/api/bulk_actions',
    body: [
      { ...item, context_facts: [fact] },
      { ...item, context_facts: [] },
    ],
  });
  expect(reply.json).toEqual([{ results: ['read'] }, { results: ['read'] }]);
  expect(running.data.asked.map(({ contextFacts }) => contextFacts)).toEqual([[fact], [fact]]);
});

test('bulk_actions answers an empty array with an empty array', async () => {
  await using running = await startServer();
  expect((await running.ask({ path: '/api/bulk_actions', body: [] })).text).toBe('[]');
});

test('query v1 writes wildcards with both keys null', async () => {
  const result = { predicate: 'hello', args: [ALICE, { type: null, id: null }] };
  await using running = await startServer({ data: createFakeData({ query: [result] }) });
  const reply = await running.ask({
    path: '/api/query',
    body: { fact: { predicate: 'hello', args: [{ type: 'User' }, {}, null, { type: 'Repo', id: null }] } },
  });
  expect(reply.json).toEqual({ results: [result] });
  expect(running.data.asked[0]?.question).toEqual({
    predicate: 'hello',
    args: [
      { type: 'User', id: null },
      { type: null, id: null },
      { type: null, id: null },
      { type: 'Repo', id: null },
    ],
  });
});

test('evaluate_query joins predicate and calls, and prints rows of any variable name', async () => {
  const row = new Map([
    ['__proto__', 'a"b'],
    ['1', null],
  ]);
  await using running = await startServer({ data: createFakeData({ evaluateQuery: [row] }) });
  const reply = await running.ask({
    path: '/api/evaluate_query',
    body: JSON.stringify({
      predicate: ['allow', ['1']],
      calls: [['has_relation', ['1', '1']]],
      constraints: { 1: { type: 'Integer', ids: ['01'] }, x: { type: 'Repo', ids: null }, y: { type: 'Repo' } },
      context_facts: [],
    }).replace('"x"', '"__proto__"'),
  });
  expect(reply.text).toBe('{"results":[{"__proto__":"a\\"b","1":null}]}');
  expect(running.data.asked[0]?.question).toEqual({
    calls: [
      { predicate: 'allow', variables: ['1'] },
      { predicate: 'has_relation', variables: ['1', '1'] },
    ],
    constraints: new Map([
      ['1', { type: 'Integer', ids: ['1'], sentIds: new Map([['1', '01']]) }],
      ['__proto__', { type: 'Repo', ids: null }],
      ['y', { type: 'Repo', ids: null }],
    ]),
  });
});

test.each(['EVAL_LIMIT', 'EVAL_UNBOUNDED'] as const)('%s is 400 with its message, never a decision', async (code) => {
  const data = createFakeData({
    authorize: () => {
      throw new OsoError(code, 'too much', { hint: 'ask for less.' });
    },
  });
  await using running = await startServer({ data });
  const reply = await running.ask({ path: '/api/authorize', body: AUTHORIZE });
  expect(reply).toMatchObject({ status: 400, text: '{"message":"too much. Help: ask for less."}' });
  expect(reply.headers['oso-fallback-snapshot']).toBe('gen-1');
  expect(running.data.pinned).toBe(0);
  expect(running.logged).toEqual([]);
});

test('a question beyond its time is 503 with a reason, and nobody is told to try the same again', async () => {
  const data = createFakeData({
    list: (_: unknown, { budget }: RequestContext) => {
      running.clock.spend(20_001);
      const meter = new StepMeter(budget);
      for (let step = 0; step < 10_000; step += 1) meter.step();
    },
  });
  await using running = await startServer({ data });
  const { action, actor_type, actor_id, resource_type } = AUTHORIZE;
  const reply = await running.ask({ path: '/api/list', body: { action, actor_type, actor_id, resource_type } });
  expect(reply).toMatchObject({
    status: 503,
    json: {
      message:
        'the question needs more time than one question may take. Help: ask a narrower question, or raise `--question-timeout` of the node',
    },
  });
  expect(reply.headers).toMatchObject({ 'oso-fallback-reason': 'deadline', 'oso-fallback-snapshot': 'gen-1' });
  expect(reply.headers['retry-after']).toBeUndefined();
  expect(running.logged).toEqual([]);
});

const BUG = new TypeError('secret detail');
const DAMAGE = new OsoError('INDEX_INVALID', 'secret detail');

test.each([
  ['a defect', BUG, BUG.stack],
  ['an error that is for operators', DAMAGE, DAMAGE.stack],
  ['a thrown text', 'secret detail', 'secret detail'],
])('trouble of ours is 500 without details, and logged with them: %s', async (_, bug, logged) => {
  const data = createFakeData({
    authorize: () => {
      throw bug;
    },
  });
  await using running = await startServer({ data });
  const reply = await running.ask({ path: '/api/authorize', body: AUTHORIZE });
  expect(reply).toMatchObject({ status: 500, text: '{"message":"internal error"}' });
  expect(running.logged).toEqual([{ message: 'a request failed', error: logged }]);
  expect(running.data.pinned).toBe(0);
});

test('without data every question is 503 with the reason and a time to come back', async () => {
  await using running = await startServer();
  running.data.serving = undefined;
  const reply = await running.ask({ path: '/api/authorize', body: AUTHORIZE });
  expect(reply).toMatchObject({ status: 503, json: { message: 'not ready: no generation on disk' } });
  expect(reply.headers['retry-after']).toBe('1');
  expect(reply.headers['oso-fallback-reason']).toBeUndefined();
});

test('the reason why there are no data is a header too, where machines have a word for it', async () => {
  await using running = await startServer({
    data: { ...createFakeData(), notReadyCode: 'stale', acquire: () => undefined },
  });
  const reply = await running.ask({ path: '/api/authorize', body: AUTHORIZE });
  expect(reply).toMatchObject({ status: 503, headers: { 'oso-fallback-reason': 'stale' } });
});
