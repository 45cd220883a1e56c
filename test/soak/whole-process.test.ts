import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NodeStatus } from '../../src/sync/node-status.ts';
import { publishOne } from '../generations/support/sample-generation.ts';
import { FACTS, POLICY } from '../snapshot/support/sample-snapshot.ts';
import { type CliProcess, startCli } from '../support/cli-process.ts';
import { type FakeCloud, startFakeCloud } from '../support/fake-cloud.ts';
import { send } from '../support/http-client.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { isFull } from './support/soak-size.ts';

/** What a system does to a process: its clock, its files, its names, its time on the processor. */

const TOKEN = 'e_0123456789_1_secret';
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const HOUR_MS = 3_600_000;

let folder: string;
let cloud: FakeCloud;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oso-process-'));
  cloud = await startFakeCloud({ policy: POLICY, facts: FACTS, token: TOKEN });
});
afterEach(async () => {
  await cloud[Symbol.asyncDispose]();
  removeFolder(folder);
});

interface RunningNode {
  readonly node: CliProcess;
  readonly port: number;
  status(): Promise<NodeStatus>;
  isReady(): Promise<boolean>;
}

async function start(env: Readonly<Record<string, string>>, shell?: string): Promise<RunningNode> {
  const node = startCli(['serve', '--json'], {
    env: {
      OSO_API_TOKEN: TOKEN,
      OSO_ENVIRONMENT: '0123456789',
      OSO_TENANT: 'acme',
      OSO_URL: cloud.url,
      OSO_PORT: '0',
      OSO_DRAIN: '0s',
      // Whatever the machine has: each thread takes files of its own.
      OSO_WORKERS: '2',
      OSO_DIRECTORY: join(folder, 'data'),
      ...env,
    },
    shell,
  });
  const port = Number((await node.event('listening'))['port']);
  await node.event('serving');
  return {
    node,
    port,
    status: async () => (await send(port, { path: '/status' })).json as NodeStatus,
    isReady: async () => (await send(port, { path: '/readyz' })).status === 200,
  };
}

async function until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (isSo(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function ageMs({ snapshot }: NodeStatus): number {
  return snapshot?.ageMs ?? Number.NaN;
}

const idle = ({ sync }: NodeStatus) => sync?.running === false;

describe('the clock of the machine', () => {
  // The library reads its offset from a file at every call: `touch` and `echo` are how the clock jumps.
  const jumping = {
    LD_PRELOAD: FAKETIME,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_RESET: '1',
  };

  test.skipIf(!existsSync(FAKETIME))(
    'B10 jumps by 90 days and back by three hours: the age stays right within a second (only with libfaketime)',
    async ({ task }) => {
      const offset = join(folder, 'offset');
      writeFileSync(offset, '+0');
      const env = { ...jumping, FAKETIME_TIMESTAMP_FILE: offset, OSO_SYNC_INTERVAL: '1h' };
      const { node, status, isReady } = await start(env);
      try {
        await until(status, idle);
        const seen: string[] = [];
        for (const jump of ['+90d', '-3h', '+0']) {
          const askedMs = performance.now();
          const before = ageMs(await status());
          const toldMs = performance.now();
          writeFileSync(offset, jump);
          const askedAgainMs = performance.now();
          const after = await status();
          const grownMs = ageMs(after) - before;
          // As far as the age is off whenever within the two questions it was told.
          const driftMs = Math.max(0, grownMs - (performance.now() - askedMs), askedAgainMs - toldMs - grownMs);
          expect(driftMs, jump).toBeLessThan(1_000);
          expect(await isReady(), jump).toBe(true);
          const skewMs = Math.abs(after.staleness?.clockSkewMs ?? 0);
          if (jump !== '+0') expect(skewMs, jump).toBeGreaterThan(2 * HOUR_MS);
          expect(after.staleness?.freshness, jump).toBe('fresh');
          seen.push(`${jump}: age off by ${Math.round(driftMs)} ms`);
        }
        task.meta.measured = seen.join(', ');
      } finally {
        await node[Symbol.asyncDispose]();
      }
    },
  );
});

test('P14 stopped and continued, the age counts the pause, and one copy follows, not one for each that was missed', async () => {
  const { node, status } = await start({ OSO_SYNC_INTERVAL: '1s' });
  try {
    await until(status, idle);
    const attempts = () => cloud.requests.filter(({ path }) => path === '/api/policy').length;
    cloud.always('/api/policy', { status: 503 });
    await until(status, ({ sync }) => sync?.online === false);
    const [before, startedMs] = [ageMs(await status()), performance.now()];
    node.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const [asked, continuedMs] = [attempts(), performance.now()];
    node.kill('SIGCONT');
    // As long as the control plane fails, no copy makes the data younger.
    expect(ageMs(await status()) - before).toBeGreaterThan(continuedMs - startedMs - 1_000);
    cloud.always('/api/policy', undefined);
    await until(status, ({ sync }) => sync?.online === true);
    // One attempt is due at once, the next ones 0.9 s apart or more; each looks at the policy twice at most.
    expect(attempts() - asked).toBeLessThanOrEqual(2 + 2 * Math.floor((performance.now() - continuedMs) / 900));
  } finally {
    await node[Symbol.asyncDispose]();
  }
});

test('N4 with a name that does not resolve a node serves what is on its disk, and says why it copies nothing', async () => {
  await publishOne(join(folder, 'data'), { of: FACTS });
  const { node, status, isReady } = await start({ OSO_URL: 'http://control-plane.invalid' });
  try {
    const { sync, origin } = await until(status, ({ sync }) => sync?.lastError !== null && sync !== null);
    expect(sync?.lastError).toMatchObject({
      code: 'CONTROL_PLANE_UNREACHABLE',
      message: expect.stringMatching(/control-plane\.invalid/u),
    });
    expect(origin).toBe('persisted');
    expect(await isReady()).toBe(true);
  } finally {
    await node[Symbol.asyncDispose]();
  }
});

test('H5 with 200 file descriptors and more clients than that, a node answers probes, and copies', async () => {
  const { node, port, status, isReady } = await start({ OSO_SYNC_INTERVAL: '1h' }, 'ulimit -n 200;');
  const clients: Socket[] = [];
  try {
    await until(status, idle);
    for (let client = 0; client < 400; client += 1) {
      clients.push(connect(port, '127.0.0.1').on('error', () => {}));
    }
    const turnedAway = async () => (await send(port, { path: '/metrics' })).text;
    await until(
      turnedAway,
      (text) => Number(/^oso_fallback_connections_turned_away_total (\d+)$/mu.exec(text)?.[1]) > 200,
    );
    expect(await isReady()).toBe(true);
    const before = (await status()).sync?.lastSuccessAt;
    const key = { authorization: `Bearer ${TOKEN}` };
    expect((await send(port, { method: 'POST', path: '/-/sync', headers: key })).status).toBe(202);
    await until(status, ({ sync }) => sync?.lastSuccessAt !== before);
  } finally {
    for (const client of clients) client.destroy();
    await node[Symbol.asyncDispose]();
    const { stderr } = await node.ended;
    expect(stderr).toContain('warning: a limit of 200 open files leaves room for 76 connections instead of 2000');
  }
});

test.runIf(isFull)(
  'P9 a thread that hangs for good is ended after a minute and replaced, and the others answer meanwhile',
  async ({ task }) => {
    const hang = join(folder, 'hang');
    const { node, port, status } = await start({
      OSO_WORKERS: '3',
      HANG_WHEN: hang,
      NODE_OPTIONS: `--import ${new URL('support/hang-preload.mjs', import.meta.url).href}`,
    });
    try {
      await until(status, ({ workers }) => workers?.answering === 3);
      writeFileSync(hang, '');
      while (existsSync(hang)) await new Promise((resolve) => setTimeout(resolve, 20));
      const at = `http://127.0.0.1:${port}`;
      const startedMs = performance.now();
      let [answers, silent] = [0, 0];
      // Over new connections: those that the kernel gives to the thread that hangs get no answer before it is ended.
      const asking = new AbortController();
      const clients = Array.from({ length: 4 }, async () => {
        while (!asking.signal.aborted) {
          const signal = AbortSignal.timeout(500);
          await fetch(`${at}/livez`, { headers: { connection: 'close' }, signal }).then(
            () => answers++,
            () => silent++,
          );
        }
      });
      const metrics = async () => await (await fetch(`${at}/metrics`, { signal: AbortSignal.timeout(500) })).text();
      await until(
        () => metrics().catch(() => ''),
        (text) => text.includes('\noso_fallback_worker_restarts_total 1\n'),
      );
      const seconds = (performance.now() - startedMs) / 1_000;
      await until(
        () => status().catch(() => undefined),
        (seen) => seen?.workers?.answering === 3,
      );
      asking.abort();
      await Promise.all(clients);
      task.meta.measured = `ended after ${seconds.toFixed(0)} s; ${answers} answers meanwhile, ${silent} connections with none`;
      expect(seconds).toBeGreaterThan(30);
      expect(seconds).toBeLessThan(90);
      expect(answers).toBeGreaterThan(1_000);
      for (let asked = 0; asked < 100; asked += 1) expect((await send(port, { path: '/livez' })).status).toBe(200);
    } finally {
      await node[Symbol.asyncDispose]();
    }
  },
);
