import { expect, test } from 'vitest';
import { askNode, tellNode } from '../../src/cli/ask-node.ts';
import { createJsonLog } from '../../src/cli/json-log.ts';
import { listen, printUrl } from '../../src/cli/listen.ts';
import { createNodeServer } from '../../src/cli/node-server.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('a node that has not looked for data yet says that it is starting, whatever it is asked', async () => {
  const token = 'e_env1_1_x';
  const read = readConfig({ flags: { apiToken: token }, env: {}, needsControlPlane: false });
  if (!read.ok) throw new Error('the settings are right');
  const clock = new FakeClock();
  const log = createJsonLog({ level: 'error', clientId: () => 'x', secrets: [], clock });
  const stop = new AbortController();
  const plan = { config: read.config, offline: true, importFile: undefined };
  const rest = { threads: 1, log, clock, clientId: () => 'x', env: {}, signal: stop.signal };
  const server = await createNodeServer({ plan, ...rest });
  const host = '127.0.0.1';
  const url = printUrl({ host, port: await listen(server.http.http, { host, port: 0 }) });
  const { signal } = new AbortController();
  await expect(askNode({ url }, { signal, clock })).rejects.toMatchObject({
    code: 'NODE_UNREACHABLE',
    message: `no node answers at ${url}: it is starting, and has not looked for data yet`,
    hint: 'ask again in a moment',
  });
  for (const path of ['/-/rollback', '/-/unpin']) {
    await expect(tellNode({ url }, path, { signal, clock, token })).rejects.toMatchObject({
      code: 'REQUEST_FORBIDDEN',
      message: `the node at ${url} refuses: NOT_READY: the node is starting`,
    });
  }
  stop.abort();
  server.http.http.close();
});
