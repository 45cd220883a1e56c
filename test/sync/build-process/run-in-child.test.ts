import { fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OsoError } from '../../../src/errors/oso-error.ts';
import type { Fact } from '../../../src/facts/fact.ts';
import type { DataDirectory } from '../../../src/generations/data-directory.ts';
import { readGeneration } from '../../../src/generations/generation-file.ts';
import { listGenerations } from '../../../src/generations/list-generations.ts';
import { serveParent } from '../../../src/sync/build-process/child.ts';
import type { BuildResult, FromChild, JobResult, KnownContent } from '../../../src/sync/build-process/job.ts';
import { runInChild } from '../../../src/sync/build-process/run-in-child.ts';
import { systemClock } from '../../../src/util/clock.ts';
import { until } from '../../cli/support/running-node.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { startFakeCloud } from '../../support/fake-cloud.ts';
import { dataDirectory, misbehaving, NO_ENV } from '../support/child-of-test.ts';
import { downloadJob, TOKEN } from '../support/download-job.ts';

const BUILT = new URL('../../../dist/bin/build-process.js', import.meta.url);
const POLICY = 'actor User {} resource Repo { permissions = ["read"]; roles = ["reader"]; "read" if "reader"; }';

const FACTS: readonly Fact[] = Array.from({ length: 500 }, (_, n) => ({
  predicate: 'has_role',
  args: [
    { type: 'User', id: `u${n}` },
    { type: 'String', id: 'reader' },
    { type: 'Repo', id: 'r' },
  ],
}));

function built(result: JobResult): BuildResult {
  if (result.kind === 'scrubbed') throw new Error('not a build');
  return result;
}

/** The newest generation as a parent would tell its child of it. */
async function knownOf(directory: DataDirectory): Promise<KnownContent> {
  const [entry] = await listGenerations(directory);
  if (entry === undefined) throw new Error('no generation');
  const { id, contentDigest, policySha256, factsEtag } = await readGeneration(entry.path);
  const etag = factsEtag ?? undefined;
  return { id, contentDigest, policySha256, factsEtag: etag, etagSource: undefined, bytes: undefined };
}

const never = () => new AbortController().signal;

test('a download publishes a generation, reports progress, and the same content again changes nothing', async () => {
  using data = await dataDirectory();
  await using cloud = await startFakeCloud({ policy: POLICY, facts: FACTS, token: TOKEN });
  const job = downloadJob(data.path, cloud.url);
  const spawn = { entry: BUILT, env: NO_ENV, clock: systemClock };
  const stages = new Set<string>();
  const result = built(await runInChild(job, spawn, { signal: never(), progress: (stage) => stages.add(stage) }));
  expect(result).toMatchObject({ kind: 'published', alarms: [] });
  expect(stages.size).toBeGreaterThan(0);
  expect((await listGenerations(data.directory)).map(({ id }) => id)).toEqual([result.id]);
  const again = await runInChild({ ...job, known: await knownOf(data.directory) }, spawn, { signal: never() });
  expect(again).toMatchObject({ kind: 'unchanged', contentDigest: result.contentDigest });
  expect(readdirSync(data.directory.generationsPath)).toEqual([result.id]);
});

test('an entity tag is sent for facts that are here with the very policy, and 304 confirms them without a download', async () => {
  using data = await dataDirectory();
  await using cloud = await startFakeCloud({ policy: POLICY, facts: FACTS, token: TOKEN });
  const job = downloadJob(data.path, cloud.url);
  const spawn = { entry: BUILT, env: NO_ENV, clock: systemClock };
  await runInChild(job, spawn, { signal: never() });
  const known = await knownOf(data.directory);
  expect(known.factsEtag).toBe('"facts-1"');
  const tagsSent = () =>
    cloud.requests.filter(({ path }) => path === '/api/facts').map(({ headers }) => headers.get('if-none-match'));
  const same = await runInChild({ ...job, known }, spawn, { signal: never() });
  expect(same).toMatchObject({ kind: 'unchanged', id: known.id, factsEtag: '"facts-1"' });
  await runInChild({ ...job, known: { ...known, etagSource: 'https://elsewhere' } }, spawn, { signal: never() });
  cloud.policy = `${POLICY} actor Robot {}`;
  expect(await runInChild({ ...job, known }, spawn, { signal: never() })).toMatchObject({ kind: 'published' });
  expect(tagsSent()).toEqual([undefined, '"facts-1"', undefined, undefined]);
});

test('a scrub finds what is intact, damaged and gone', async () => {
  using data = await dataDirectory();
  await using cloud = await startFakeCloud({ policy: POLICY, facts: FACTS, token: TOKEN });
  const spawn = { entry: BUILT, env: NO_ENV, clock: systemClock };
  const { id } = built(await runInChild(downloadJob(data.path, cloud.url), spawn, { signal: never() }));
  const scrub = { kind: 'scrub' as const, directory: data.path, ids: [id, '20300101T110000000Z-0123456789ab'] };
  expect(await runInChild(scrub, spawn, { signal: never() })).toMatchObject({
    kind: 'scrubbed',
    verdicts: [{ id, kind: 'intact', message: '' }, { kind: 'missing' }],
  });
  writeFileSync(join(data.directory.generationsPath, id, 'policy.polar'), 'actor User {}');
  expect(await runInChild(scrub, spawn, { signal: never() })).toMatchObject({
    verdicts: [{ id, kind: 'damaged', message: expect.stringContaining('do not match their SHA-256') }, {}],
  });
});

test('a scrub that fails leaves alone what somebody else may be making', async () => {
  using data = await dataDirectory();
  const others = join(data.directory.generationsPath, '.tmp-abc');
  mkdirSync(others);
  const spawn = { entry: misbehaving(data.path, 'process.exit(1)'), env: NO_ENV, clock: systemClock };
  const scrub = { kind: 'scrub' as const, directory: data.path, ids: [] };
  await expect(runInChild(scrub, spawn, { signal: never() })).rejects.toThrow('the build process died');
  expect(existsSync(others)).toBe(true);
});

test('a failure keeps its code, its hint and what the control plane asked to wait', async () => {
  using data = await dataDirectory();
  await using cloud = await startFakeCloud({ policy: POLICY });
  cloud.always('/api/policy', { status: 429, headers: { 'retry-after': '77' }, body: '{}' });
  const failed = await runInChild(
    downloadJob(data.path, cloud.url),
    { entry: BUILT, env: NO_ENV, clock: systemClock },
    {
      signal: never(),
    },
  ).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(OsoError);
  expect(failed).toMatchObject({ code: 'CONTROL_PLANE_THROTTLED', cause: { retryAfterMs: 77_000 } });
  expect(readdirSync(data.directory.generationsPath)).toEqual([]);
});

test('an import that a guard refuses says so', async () => {
  using data = await dataDirectory();
  writeFileSync(join(data.path, 'a.snapshot'), 'nonsense');
  const job = {
    kind: 'import' as const,
    file: join(data.path, 'a.snapshot'),
    directory: data.path,
    guards: {},
    memoryBytes: 16 * 1024 * 1024,
  };
  const spawn = { entry: BUILT, env: NO_ENV, clock: systemClock };
  await expect(runInChild(job, spawn, { signal: never() })).rejects.toMatchObject({ code: 'SNAPSHOT_INVALID' });
});

test('an abort ends the child, which cleans up behind itself', async () => {
  using data = await dataDirectory();
  await using cloud = await startFakeCloud({ policy: POLICY, facts: FACTS });
  const asked = new Promise<void>((resolve) => cloud.always('/api/facts', { stallAfter: 3, onRequest: resolve }));
  const controller = new AbortController();
  const running = runInChild(
    downloadJob(data.path, cloud.url),
    { entry: BUILT, env: NO_ENV, clock: systemClock },
    {
      signal: controller.signal,
    },
  );
  const failed = expect(running).rejects.toThrow('stopped by SIGTERM');
  await asked;
  controller.abort(new OsoError('INTERRUPTED', 'stopped by SIGTERM'));
  await failed;
  expect(readdirSync(data.directory.generationsPath)).toEqual([]);
});

test('signals for all processes of a terminal neither end a child nor open its inspector', async () => {
  await using cloud = await startFakeCloud({ policy: POLICY, facts: FACTS });
  cloud.always('/api/facts', { stallAfter: 5 });
  using data = await dataDirectory();
  const child = fork(BUILT, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let told = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const answers: FromChild[] = [];
  child.on('message', (message: FromChild) => answers.push(message));
  child.send({ kind: 'run', job: downloadJob(data.path, cloud.url) });
  await until(
    async () => cloud.requests.some(({ path }) => path === '/api/facts'),
    (asked) => asked,
  );
  for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGINT', 'SIGTERM'] as const) child.kill(signal);
  child.send({ kind: 'abort' });
  const [code, signal] = await once(child, 'close');
  expect({ code, signal, told }).toEqual({ code: 0, signal: null, told: '' });
  expect(answers.at(-1)?.kind).toBe('failed');
});

test('a child that crashes is an error with its last words, and what it left is removed', async () => {
  using data = await dataDirectory();
  mkdirSync(join(data.directory.generationsPath, '.tmp-half'));
  const entry = misbehaving(data.path, 'process.on("message", () => { console.error("oh no"); process.exit(9); });');
  const spawn = { entry, env: NO_ENV, clock: systemClock };
  await expect(runInChild(downloadJob(data.path, 'http://x'), spawn, { signal: never() })).rejects.toThrow(
    'the build process died (exit code 9): oh no',
  );
  expect(existsSync(join(data.directory.generationsPath, '.tmp-half'))).toBe(false);
});

test('a child that needs too much memory dies alone', async () => {
  using data = await dataDirectory();
  const entry = misbehaving(
    data.path,
    'process.on("message", () => { const a = []; for (;;) a.push({ a: [a.length] }); });',
  );
  const spawn = { entry, env: NO_ENV, clock: systemClock };
  await expect(runInChild(downloadJob(data.path, 'http://x'), spawn, { signal: never() })).rejects.toThrow(
    /^the build process died \((SIGABRT|SIGTRAP|exit code 134)\): FATAL ERROR: .*heap out of memory$/,
  );
});

test.each([
  ['without a word', '', 'killed from outside, as systems do that are short of memory'],
  ['after some', 'console.error("FATAL ERROR: heap out of memory");', 'FATAL ERROR: heap out of memory'],
])('a child that is killed %s is an error that says why, and what to do', async (_how, before, words) => {
  using data = await dataDirectory();
  const entry = misbehaving(
    data.path,
    `process.on("message", () => { ${before} process.kill(process.pid, "SIGKILL"); });`,
  );
  const spawn = { entry, env: NO_ENV, clock: systemClock };
  await expect(runInChild(downloadJob(data.path, 'http://x'), spawn, { signal: never() })).rejects.toMatchObject({
    code: 'COPY_FAILED',
    message: `the build process died (SIGKILL): ${words}`,
    hint: 'give the machine or the container more memory',
  });
});

test('a large policy has the heap that the machine has for it', async () => {
  using data = await dataDirectory();
  const entry = misbehaving(
    data.path,
    `import { getHeapStatistics } from 'node:v8';
     process.on('message', () => {
       console.error(Math.round(getHeapStatistics().heap_size_limit / 2 ** 20) + ' MiB');
       process.exit(1);
     });`,
  );
  const saidWith = async (heapMib?: number) => {
    const spawn = { entry, env: NO_ENV, clock: systemClock, heapMib };
    const error: unknown = await runInChild(downloadJob(data.path, 'http://x'), spawn, { signal: never() }).catch(
      (e) => e,
    );
    return Number(/(\d+) MiB$/u.exec(String(error))?.[1]);
  };
  const least = await saidWith();
  expect(await saidWith(200)).toBe(least + 200 - 64);
});

test('a child that ignores an abort is killed', async () => {
  using data = await dataDirectory();
  const clock = new FakeClock();
  const started = join(data.path, 'started');
  const entry = misbehaving(
    data.path,
    `import { writeFileSync } from 'node:fs';
     process.on('message', () => writeFileSync(${JSON.stringify(started)}, ''));`,
  );
  const controller = new AbortController();
  const running = runInChild(
    downloadJob(data.path, 'http://x'),
    { entry, env: NO_ENV, clock },
    {
      signal: controller.signal,
    },
  );
  const failed = expect(running).rejects.toThrow('enough');
  while (!existsSync(started)) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(new Error('enough'));
  await clock.advance(5_000);
  await failed;
});

test('a child that has answered and does not end is killed, and its answer counts', async () => {
  using data = await dataDirectory();
  const clock = new FakeClock();
  const entry = misbehaving(
    data.path,
    `process.on('message', () => {
       process.send({ kind: 'done', result: { kind: 'scrubbed', verdicts: [] } });
       setInterval(() => {}, 1e6);
     });`,
  );
  const scrub = { kind: 'scrub' as const, directory: data.path, ids: [] };
  const running = runInChild(scrub, { entry, env: NO_ENV, clock }, { signal: never() });
  // One looks after it all the time, the other one waits for its end.
  while (clock.sleeping < 2) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(1_000);
  expect(await running).toEqual({ kind: 'scrubbed', verdicts: [] });
});

test('a child that says nothing for two minutes is ended, as is one that hangs while it starts', async () => {
  using data = await dataDirectory();
  const clock = new FakeClock();
  const spawn = { entry: misbehaving(data.path, 'setInterval(() => {}, 1e6);'), env: NO_ENV, clock };
  const failed = expect(runInChild(downloadJob(data.path, 'http://x'), spawn, { signal: never() })).rejects.toThrow(
    'the build process died (SIGKILL): it hung',
  );
  await clock.advance(120_000);
  await failed;
});

test('a child is not ended for what it takes long for, or for a pause of the machine, as long as it says that it lives', async () => {
  using data = await dataDirectory();
  const clock = new FakeClock();
  const entry = misbehaving(
    data.path,
    `setInterval(() => process.send({ kind: 'progress', stage: 'read', done: 0 }), 1);
     process.on('message', ({ kind }) => kind === 'abort' && process.exit());`,
  );
  const controller = new AbortController();
  let heard = 0;
  const progress = () => {
    heard += 1;
  };
  const running = runInChild(
    downloadJob(data.path, 'http://x'),
    { entry, env: NO_ENV, clock },
    { signal: controller.signal, progress },
  );
  const failed = expect(running).rejects.toThrow('enough');
  for (let look = 0; look < 30; look += 1) {
    const before = heard;
    while (heard === before) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(5_000);
  }
  controller.abort(new Error('enough'));
  await failed;
});

test('a build process says that it lives for as long as it works', async () => {
  using data = await dataDirectory();
  await using cloud = await startFakeCloud({ policy: POLICY, facts: FACTS });
  const asked = new Promise<void>((resolve) => cloud.always('/api/policy', { stallAfter: 0, onRequest: resolve }));
  const clock = new FakeClock();
  const said: string[] = [];
  const ended = new Promise<void>((resolve) => {
    const parent = Object.assign(new EventEmitter(), {
      send: ({ kind }: FromChild) => said.push(kind),
      disconnect: resolve,
    });
    serveParent(parent, clock);
    parent.emit('message', { kind: 'run', job: downloadJob(data.path, cloud.url) });
    void asked.then(async () => {
      await clock.advance(9_000);
      parent.emit('message', { kind: 'abort' });
    });
  });
  await ended;
  await clock.advance(60_000);
  expect(said).toEqual(['alive', 'alive', 'failed']);
});

test('the child gets no variable of ours', async () => {
  using data = await dataDirectory();
  const entry = misbehaving(
    data.path,
    'process.on("message", () => { console.error(Object.keys(process.env).filter((name) => /^OSO_|NODE_OPT/.test(name)).length + " " + process.argv.length); process.exit(1); });',
  );
  const env = { ...NO_ENV, OSO_ANYTHING: '1', NODE_OPTIONS: '--inspect' };
  const spawn = { entry, env, clock: systemClock };
  await expect(runInChild(downloadJob(data.path, 'http://x'), spawn, { signal: never() })).rejects.toThrow(
    'the build process died (exit code 1): 0 2',
  );
});
