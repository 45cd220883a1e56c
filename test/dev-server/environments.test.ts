import { expect, test } from 'vitest';
import { DEV_TOKEN } from '../../src/dev-server/environments.ts';
import { send } from '../support/http-client.ts';
import { GITHUB_FACTS, GITHUB_POLICY } from './support/github-policy.ts';
import { fact, startDevServer } from './support/running-dev-server.ts';

test('the fixed key is the published one', () => {
  expect(DEV_TOKEN).toBe('e_0123456789_12345_osotesttoken01xiIn');
});

test.each([{}, { authorization: 'Bearer e_0123456789_12345_other' }, { authorization: `Basic ${DEV_TOKEN}` }])(
  'with %j every call is 401',
  async (headers) => {
    await using running = await startDevServer();
    for (const path of ['/api/facts', '/api/policy', '/api/stats']) {
      expect((await send(running.port, { path, headers })).status).toBe(401);
    }
    expect((await send(running.port, { method: 'POST', path: '/api/clear_data', headers })).status).toBe(401);
  },
);

test.each(['/test_environment', '/api/test_environment'])(
  'POST %s?copy=true copies policy and facts, then the two part',
  async (path) => {
    await using running = await startDevServer({ policySources: [{ name: 'p.polar', text: GITHUB_POLICY }] });
    await running.post('/api/batch', [{ inserts: GITHUB_FACTS }]);
    const opened = await send(running.port, { method: 'POST', path: `${path}?copy=true` });
    expect(opened.json).toEqual({ token: expect.stringMatching(/^e_0123456789_[a-z0-9]+_[a-z0-9]+$/u) });
    const headers = { authorization: `Bearer ${(opened.json as { token: string }).token}` };
    expect((await running.ask({ path: '/api/facts', headers })).json).toHaveLength(4);
    const inserts = [fact('is_friendly', 'User:sam')];
    expect((await running.ask({ path: '/api/batch', body: [{ inserts }], headers })).status).toBe(200);
    await running.ask({ method: 'POST', path: '/api/clear_data' });
    expect((await running.ask({ path: '/api/facts' })).json).toEqual([]);
    expect((await running.ask({ path: '/api/facts', headers })).json).toHaveLength(5);
  },
);

test('without copy a new environment is empty', async () => {
  await using running = await startDevServer({ policySources: [{ name: 'p.polar', text: GITHUB_POLICY }] });
  const opened = await send(running.port, { method: 'POST', path: '/test_environment' });
  const headers = { authorization: `Bearer ${(opened.json as { token: string }).token}` };
  expect((await running.ask({ path: '/api/policy', headers })).json).toEqual({ policy: null });
});

test('health, status and metrics are open', async () => {
  await using running = await startDevServer();
  for (const path of ['/healthcheck', '/health', '/api/healthcheck', '/readyz', '/livez', '/metrics']) {
    expect((await send(running.port, { path })).status).toBe(200);
  }
  expect((await send(running.port, { path: '/status' })).json).toEqual({
    kind: 'dev-server',
    version: '1.2.3',
    facts: 0,
  });
});

test('the Node.js client may list everything here: on the way to a primary it loses nothing', async () => {
  await using running = await startDevServer();
  const headers = { 'user-agent': 'Oso Cloud (nodejs v20.0.0; rv:2.6.0)' };
  expect(await running.ask({ path: '/api/facts', headers })).toMatchObject({ status: 200, json: [] });
});
