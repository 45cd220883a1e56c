import { expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import { createFakeData } from './support/fake-serving.ts';
import { startServer } from './support/running-server.ts';

const QUESTION = {
  actor_type: 'User',
  actor_id: 'alice',
  action: 'read',
  resource_type: 'Repo',
  resource_id: 'anvil',
  context_facts: [],
};
const REQUEST = { method: 'POST', path: '/api/authorize', body: JSON.stringify(QUESTION) } as const;

test('an answer that was worked out twice is not worked out again for the same body', async () => {
  const data = createFakeData({ authorize: true });
  await using server = await startServer({ data });
  for (const _ of [1, 2, 3, 4, 5]) expect((await server.ask(REQUEST)).text).toBe('{"allowed":true}');
  expect(data.asked).toHaveLength(2);
  const other = await server.ask({ ...REQUEST, body: JSON.stringify({ ...QUESTION, action: 'write' }) });
  expect(other.text).toBe('{"allowed":true}');
  expect(data.asked).toHaveLength(3);
});

test('the answers of a snapshot are not those of the next', async () => {
  let isAllowed = true;
  const data = createFakeData({ authorize: () => isAllowed });
  await using server = await startServer({ data });
  for (const _ of [1, 2, 3]) expect((await server.ask(REQUEST)).text).toBe('{"allowed":true}');
  isAllowed = false;
  if (data.serving !== undefined) data.serving = { ...data.serving, snapshotId: 'gen-2' };
  for (const _ of [1, 2, 3]) expect((await server.ask(REQUEST)).text).toBe('{"allowed":false}');
});

test('an answer that depends on the time is worked out each time', async () => {
  const isEven = (_: unknown, request: { unixTime: bigint }) => request.unixTime % 2n === 0n;
  const data = createFakeData({ authorize: isEven });
  await using server = await startServer({ data });
  const answers: unknown[] = [];
  for (const _ of [1, 2, 3, 4, 5, 6]) {
    answers.push((await server.ask(REQUEST)).text);
    await server.clock.advance(1_000);
  }
  expect(answers).toEqual([1, 0, 1, 0, 1, 0].map((even) => `{"allowed":${even === 1}}`));
});

test('an error is not remembered', async () => {
  let asked = 0;
  const data = createFakeData({
    authorize: () => {
      asked += 1;
      if (asked <= 3) throw new OsoError('EVAL_LIMIT', 'too much');
      return true;
    },
  });
  await using server = await startServer({ data });
  const statuses: number[] = [];
  for (const _ of [1, 2, 3, 4]) statuses.push((await server.ask(REQUEST)).status);
  expect(statuses.slice(0, 3)).not.toContain(200);
  expect(statuses[3]).toBe(200);
});

test('a node that may not answer does not, whatever it remembers', async () => {
  const data = createFakeData({ authorize: true });
  await using server = await startServer({ data });
  for (const _ of [1, 2, 3]) expect((await server.ask(REQUEST)).status).toBe(200);
  data.serving = undefined;
  expect((await server.ask(REQUEST)).status).toBe(503);
});

test('a bad body is refused each time', async () => {
  await using server = await startServer();
  for (const body of ['{', '{}', '\ufeff{}', '']) {
    for (const _ of [1, 2, 3]) expect((await server.ask({ ...REQUEST, body })).status).toBe(400);
  }
});
