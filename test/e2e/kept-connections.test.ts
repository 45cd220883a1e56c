import { Oso } from 'oso-cloud';
import { expect, test } from 'vitest';
import { holdPort } from '../support/hold-port.ts';
import { startPrimaryAndNode, TOKEN } from './support/primary-and-node.ts';

/*
 * The client keeps its connections to a node, and repeats nothing that it has asked a node: what goes wrong on one of them
 * is an error in the application.
 */

const POLICY = 'actor User {} resource Document { roles = ["reader"]; permissions = ["read"]; "read" if "reader"; }\n';
const user = (id: string) => ({ type: 'User', id });
const DOCUMENT = { type: 'Document', id: 'plan' };
const reads = (id: string) => ({
  predicate: 'has_role',
  args: [user(id), { type: 'String', id: 'reader' }, DOCUMENT],
});
/** As many calls as an application has under way at once. */
const CALLS = 32;

test.each(['1', '2'])('of the client see one node swap its data and drain with %s threads', async (workers) => {
  await using running = await startPrimaryAndNode({
    policy: POLICY,
    facts: [reads('ann')],
    // A drain longer than the test: only what comes before its end is asked.
    nodeEnv: { OSO_WORKERS: workers, OSO_DRAIN: '10m' },
  });
  const { primary, primaryUrl, node, nodeUrl } = running;
  // A primary that refuses at once, and no repetition: every call is one request to the node.
  const dead = Number(new URL(primaryUrl).port);
  const oso = (url: string) => new Oso(url, TOKEN, { fallbackUrl: nodeUrl, fetchBuilder: (fetch) => fetch });

  await oso(primaryUrl).insert(['has_role', user('bob'), 'reader', DOCUMENT]);
  const headers = { authorization: `Bearer ${TOKEN}` };
  expect((await fetch(`${nodeUrl}/-/sync`, { method: 'POST', headers })).status).toBe(202);
  const client = oso(nodeUrl);
  const ask = (id: string) =>
    Promise.all(Array.from({ length: CALLS }, () => client.authorize(user(id), 'read', DOCUMENT)));
  let isNew = false;
  for (let after = 0; after < 5; ) {
    const [old, fresh] = await Promise.all([ask('ann'), ask('bob')]);
    expect(new Set(old)).toEqual(new Set([true]));
    // Whoever asks after an answer of the new data is answered from them.
    if (isNew) expect(new Set(fresh)).toEqual(new Set([true]));
    isNew ||= fresh.includes(true);
    if (isNew) after += 1;
  }

  primary.kill('SIGKILL');
  await primary.ended;
  using _held = await holdPort(dead);
  const turned = oso(primaryUrl);
  const askTurned = async () => {
    const calls = Array.from({ length: CALLS }, () => turned.authorize(user('bob'), 'read', DOCUMENT));
    expect(new Set(await Promise.all(calls))).toEqual(new Set([true]));
  };
  await askTurned();
  node.kill('SIGTERM');
  while ((await fetch(`${nodeUrl}/readyz`)).status !== 503) await askTurned();
  for (let time = 0; time < 5; time += 1) await askTurned();
  node.kill('SIGKILL');
  await node.ended;
  await expect(turned.authorize(user('bob'), 'read', DOCUMENT)).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
});
