import { test } from 'vitest';
import { GITHUB_FACTS, GITHUB_POLICY } from './support/github-policy.ts';
import { startDevServer } from './support/running-dev-server.ts';
test('x', async () => {
  await using running = await startDevServer();
  console.log((await running.ask({ method:'POST', path: '/api/policy', body: { filename: '', src: GITHUB_POLICY } })).text);
  console.log((await running.ask({ method:'POST', path: '/api/batch', body: [{ inserts: GITHUB_FACTS }] })).text);
  console.log((await running.ask({ path: '/api/policy_metadata' })).text);
  console.log((await running.ask({ path: '/api/facts' })).text);
  console.log((await running.ask({ path: '/api/list', body: { actor_type: 'User', actor_id: 'bob', action: 'read', resource_type: 'Repo'} })).text);
});
