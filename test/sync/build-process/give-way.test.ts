import { fork } from 'node:child_process';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { describe, expect, test } from 'vitest';
import { giveWay } from '../../../src/sync/build-process/give-way.ts';
import { runInChild } from '../../../src/sync/build-process/run-in-child.ts';
import { systemClock } from '../../../src/util/clock.ts';
import { dataDirectory, misbehaving, NO_ENV } from '../support/child-of-test.ts';
import { downloadJob } from '../support/download-job.ts';

const never = () => new AbortController().signal;

describe.runIf(process.platform === 'linux')('every thread of a child gives way to whoever answers requests', () => {
  const NICE = `
    import { readdirSync, readFileSync } from 'node:fs';
    const niceOf = (thread) => readFileSync(\`/proc/self/task/\${thread}/stat\`, 'utf8').split(') ')[1].split(' ')[16];
    const threads = readdirSync('/proc/self/task');
    process.on('message', () => {
      console.error(threads.length > 1 ? [...new Set(threads.map(niceOf))].join() : 'one thread');
      process.exit(1);
    });`;
  const expected = `${Math.min(getPriority() + 10, 19)}`;

  test('from its start', async () => {
    using data = await dataDirectory();
    const spawn = { entry: misbehaving(data.path, NICE), env: NO_ENV, clock: systemClock };
    const failed = runInChild(downloadJob(data.path, 'http://127.0.0.1:9'), spawn, { signal: never() });
    await expect(failed).rejects.toThrow(`(exit code 1): ${expected}`);
  });

  test('also those that were started before it was told to', async () => {
    using data = await dataDirectory();
    const entry = misbehaving(data.path, `${NICE}\nprocess.send('started');`);
    const child = fork(entry, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let told = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    await once(child, 'message');
    giveWay(child.pid);
    child.send('go');
    await once(child, 'close');
    expect(told).toBe(`${expected}\n`);
  });
});
