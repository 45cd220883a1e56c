import { expect, test } from 'vitest';
import { createFakeData } from './support/fake-serving.ts';
import { type RunningServer, startServer } from './support/running-server.ts';

const LIST = { actor_type: 'User', actor_id: 'alice', action: 'read', resource_type: 'Repo' };
const IDS = ['a', 'b', 'c', '\uffee', '\u{1f600}'];

function startList(list: unknown = IDS): Promise<RunningServer> {
  return startServer({ data: createFakeData({ list }) });
}

async function page(running: RunningServer, paging: object): Promise<{ results: string[]; next_page_token: string }> {
  const reply = await running.ask({ path: '/api/list', body: { ...LIST, ...paging } });
  return reply.json as { results: string[]; next_page_token: string };
}

test.each([{}, { page_size: null, page_token: null }])(
  'without paging keys (%j) everything comes at once',
  async (paging) => {
    await using running = await startList();
    expect(await page(running, paging)).toStrictEqual({ results: IDS });
  },
);

test.each([1, 2, 3, 5, 10_000])(
  'pages of %i put together are the whole list, and the last token is null',
  async (size) => {
    await using running = await startList();
    const seen: string[] = [];
    let token: string | null = null;
    do {
      const next = await page(running, { page_size: size, page_token: token });
      expect(next.results.length).toBeLessThanOrEqual(size);
      seen.push(...next.results);
      token = next.next_page_token;
    } while (token !== null);
    expect(seen).toEqual(IDS);
  },
);

test('a million ids come whole, at once and in pages', async () => {
  const ids = Array.from({ length: 1_000_000 }, (_, number) => String(number).padStart(7, '0'));
  await using running = await startList(ids);
  const { results } = await page(running, {});
  expect(results.length).toBe(ids.length);
  expect(results.every((id, at) => id === ids[at])).toBe(true);
  let seen = 0;
  for (let token: string | null = null; seen === 0 || token !== null; ) {
    const next = await page(running, { page_size: 100_000, page_token: token });
    const start = seen;
    expect(next.results.every((id, at) => id === ids[start + at])).toBe(true);
    seen += next.results.length;
    token = next.next_page_token;
  }
  expect(seen).toBe(ids.length);
});

test('an empty list has one empty page', async () => {
  await using running = await startList([]);
  expect(await page(running, { page_size: 5 })).toStrictEqual({ results: [], next_page_token: null });
});

test('with a token the page size of the first page counts', async () => {
  await using running = await startList();
  const first = await page(running, { page_size: 2 });
  expect((await page(running, { page_token: first.next_page_token })).results).toEqual(['c', '\uffee']);
  expect((await page(running, { page_token: first.next_page_token, page_size: 4 })).results).toEqual(['c', '\uffee']);
});

test('an id that has gone between two pages leaves no gap and no duplicate', async () => {
  let ids = IDS;
  await using running = await startList(() => ids);
  const first = await page(running, { page_size: 2 });
  ids = ['a', 'c', '\uffee'];
  expect((await page(running, { page_token: first.next_page_token })).results).toEqual(['c', '\uffee']);
});

test('a token of other data is refused with a message that says so', async () => {
  await using running = await startList();
  const first = await page(running, { page_size: 2 });
  running.data.serving = running.data.serving && { ...running.data.serving, snapshotId: 'gen-2' };
  const reply = await running.ask({ path: '/api/list', body: { ...LIST, page_token: first.next_page_token } });
  expect(reply).toMatchObject({
    status: 400,
    json: { message: '`page_token` belongs to data that are no longer served: list from the start' },
  });
});

test('a token of another question is refused', async () => {
  await using running = await startList();
  const first = await page(running, { page_size: 2 });
  const reply = await running.ask({
    path: '/api/list',
    body: { ...LIST, action: 'write', page_token: first.next_page_token },
  });
  expect(reply).toMatchObject({ status: 400, json: { message: '`page_token` belongs to another question' } });
});

test.each([
  '',
  'x',
  '*',
  'bnVsbA',
  Buffer.from('["a"]').toString('base64url'),
  Buffer.from('{}').toString('base64url'),
])('the token %j is none of ours', async (token) => {
  await using running = await startList();
  const reply = await running.ask({ path: '/api/list', body: { ...LIST, page_token: token } });
  expect(reply).toMatchObject({ status: 400, json: { message: '`page_token` is not a token of this server' } });
});

test.each([0, -1, 1.5, '5', true, Number.POSITIVE_INFINITY])('a page size of %j is refused', async (size) => {
  await using running = await startList();
  const body = JSON.stringify({ ...LIST, page_size: size }).replace('"page_size":null', '"page_size":1e400');
  const reply = await running.ask({ path: '/api/list', body });
  expect(reply).toMatchObject({ status: 400, json: { message: '`page_size` must be an integer of at least 1' } });
});
