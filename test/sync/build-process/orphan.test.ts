import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openDataDirectory } from '../../../src/generations/data-directory.ts';
import { until } from '../../cli/support/running-node.ts';
import { publishOne } from '../../generations/support/sample-generation.ts';
import { temporaryDirectory } from '../../snapshot/support/sample-snapshot.ts';
import { startFakeCloud } from '../../support/fake-cloud.ts';
import { downloadJob } from '../support/download-job.ts';

const BUILT = new URL('../../../dist/bin/build-process.js', import.meta.url);

test('a child that was stopped while its parent was killed ends, and writes nothing where another process is', async () => {
  await using cloud = await startFakeCloud({ policy: 'actor User {}', facts: [] });
  cloud.always('/api/facts', { stallAfter: 1 });
  using parent = temporaryDirectory();
  const path = parent.file('data');
  const before = await openDataDirectory(path, 'test');
  const child = fork(BUILT, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  child.send({ kind: 'run', job: downloadJob(path, cloud.url) });
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

test('a child that checks data ends soon after its parent was killed, and leaves them as they are', async () => {
  using parent = temporaryDirectory();
  const path = parent.file('data');
  const { id } = await publishOne(path);
  const before = readdirSync(`${path}/generations/${id}`);
  const child = fork(BUILT, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const alive = once(child, 'message');
  // More than it could read while the test may take.
  child.send({ kind: 'run', job: { kind: 'scrub', directory: path, ids: new Array(1_000_000).fill(id) } });
  await alive;
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
  expect(readdirSync(`${path}/generations`)).toEqual([id]);
  expect(readdirSync(`${path}/generations/${id}`)).toEqual(before);
});
