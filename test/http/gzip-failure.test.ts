import { expect, test, vi } from 'vitest';
import { createFakeData } from './support/fake-serving.ts';
import { startServer } from './support/running-server.ts';

vi.mock('node:zlib', async (load) => ({
  ...(await load<typeof import('node:zlib')>()),
  gzip: (_: string, done: (error: Error) => void) => setImmediate(done, new Error('no memory')),
}));

test('a long reply that cannot be compressed is sent as it is', async () => {
  await using running = await startServer({ data: createFakeData({ list: ['x'.repeat(5_000)] }) });
  const body = { actor_type: 'User', actor_id: 'a', action: 'read', resource_type: 'Repo' };
  const reply = await running.ask({ path: '/api/list', body, headers: { 'accept-encoding': 'gzip' } });
  expect(reply).toMatchObject({ status: 200, json: { results: ['x'.repeat(5_000)] } });
  expect(reply.headers['content-encoding']).toBeUndefined();
});
