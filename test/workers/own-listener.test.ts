import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { descriptorOf } from '../../src/workers/descriptor-of.ts';
import { ownListener } from '../../src/workers/thread/own-listener.ts';

test('a copier that hangs is ended, and does not keep the socket', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const copied = ownListener(descriptorOf(server), new URL('support/hanging-copier.mjs', import.meta.url), 1);
  await expect(copied).rejects.toThrow('the copier of the listening socket ended with SIGKILL');
  server.close();
});
