import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openDataDirectory } from '../../../src/generations/data-directory.ts';
import type { DownloadJob } from '../../../src/sync/build-process/job.ts';
import { until } from '../../cli/support/running-node.ts';
import { temporaryDirectory } from '../../snapshot/support/sample-snapshot.ts';
import { startFakeCloud } from '../../support/fake-cloud.ts';

const BUILT = new URL('../../../dist/bin/build-process.js', import.meta.url);

test('a child that was stopped while its parent was killed ends, and writes nothing where another process is', async () => {
  await using cloud = await startFakeCloud({ policy: 'actor User {}', facts: [] });
  cloud.always('/api/facts', { stallAfter: 1 });
  using parent = temporaryDirectory();
  const path = parent.file('data');
  const before = await openDataDirectory(path, 'test');
  const child = fork(BUILT, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const job: DownloadJob = {
    kind: 'download',
    directory: path,
    url: cloud.url,
    token: 'e_env1_1_canarysecret',
    clientId: 'client',
    version: '0',
    environment: 'env1',
    tenant: 'ten1',
    stallLimitMs: undefined,
    known: undefined,
    guards: {},
    memoryBytes: 16 * 1024 * 1024,
  };
  child.send({ kind: 'run', job });
  const unfinished = () => readdirSync(before.generationsPath);
  await until(
    async () => unfinished(),
    ({ length }) => length > 0,
  );
  child.kill('SIGSTOP');
  child.disconnect();
  before.close();
  const after = await openDataDirectory(path, 'test');
  try {
    expect(unfinished()).toEqual([]);
    child.kill('SIGCONT');
    await once(child, 'exit');
    expect(unfinished()).toEqual([]);
  } finally {
    child.kill('SIGKILL');
    after.close();
  }
});
