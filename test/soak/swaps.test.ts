import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CliProcess, startCli } from '../support/cli-process.ts';
import { type FakeCloud, startFakeCloud } from '../support/fake-cloud.ts';
import { ORACLE_QUESTIONS, Oracle, oracleFacts, oraclePolicy } from './support/oracle-facts.ts';
import { ask, startLoad } from './support/question-load.ts';
import { sized } from './support/soak-size.ts';

/*
 * A node copies revision after revision while it is asked. Every answer must be that of one revision, the one that its
 * header names, and memory and open files must not grow.
 */

const TOKEN = 'e_0123456789_1_secret';
const MIB = 1024 * 1024;

interface Usage {
  readonly rssBytes: number;
  readonly files: number;
}

/** Of a process, as the kernel sees it; undefined where there is no /proc. */
function usageOf(pid: number): Usage | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const rssBytes = Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]) * 1024;
    return { rssBytes, files: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

interface Rig extends AsyncDisposable {
  readonly url: string;
  readonly node: CliProcess;
  /** Publishes the next revision and waits until the node serves it. */
  swap(): Promise<void>;
}

async function startRig(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'oso-swaps-'));
  let revision = 1;
  const cloud: FakeCloud = await startFakeCloud({
    policy: oraclePolicy(revision),
    facts: oracleFacts(revision),
    token: TOKEN,
  });
  const node = startCli(['serve', '--json'], {
    env: {
      OSO_API_TOKEN: TOKEN,
      OSO_ENVIRONMENT: '0123456789',
      OSO_TENANT: 'acme',
      OSO_URL: cloud.url,
      OSO_PORT: '0',
      OSO_DRAIN: '0s',
      OSO_SYNC_INTERVAL: '1s',
      OSO_DIRECTORY: join(folder, 'data'),
    },
  });
  const { port } = await node.event('listening');
  await node.event('serving');
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    node,
    async swap() {
      revision += 1;
      cloud.policy = oraclePolicy(revision);
      cloud.facts = oracleFacts(revision);
      for (;;) {
        await ask(url, { path: '/-/sync', body: '', token: TOKEN });
        const { body } = await ask(url, { ...ORACLE_QUESTIONS[0], token: TOKEN });
        if (body.includes(`-of-${revision}"`)) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]();
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

test(
  'B6 swaps under load give no wrong, mixed or failed answer, and nothing grows',
  async ({ task }) => {
    const swaps = sized(8, 1_440);
    const warmUp = sized(3, 100);
    await using rig = await startRig();
    const oracle = new Oracle();
    const load = startLoad({
      url: rig.url,
      token: TOKEN,
      questions: ORACLE_QUESTIONS,
      connections: 8,
      perSecond: sized(undefined, 500),
      judge: ({ snapshot, status, body }) => oracle.judge(snapshot, status, body),
    });
    const started = performance.now();
    let before: Usage | undefined;
    let mostRssBytes = 0;
    for (let swap = 0; swap < swaps; swap += 1) {
      await rig.swap();
      if (swap === warmUp) before = usageOf(rig.node.pid);
      mostRssBytes = Math.max(mostRssBytes, usageOf(rig.node.pid)?.rssBytes ?? 0);
    }
    const after = usageOf(rig.node.pid);
    await load.stop();
    expect(oracle.wrong.slice(0, 10)).toEqual([]);
    expect(load.broken.slice(0, 10)).toEqual([]);
    expect(oracle.seen).toBeGreaterThan(swaps / 2);
    const seconds = ((performance.now() - started) / 1_000).toFixed(0);
    let growth = 'no /proc here to see memory and files';
    if (before !== undefined && after !== undefined) {
      expect(Math.abs(after.files - before.files)).toBeLessThanOrEqual(5);
      expect(after.rssBytes - before.rssBytes).toBeLessThan(sized(60, 25) * MIB);
      const mib = (bytes: number) => Math.round(bytes / MIB);
      growth = `memory ${mib(before.rssBytes)} to ${mib(after.rssBytes)} MiB (most ${mib(mostRssBytes)}), files ${before.files} to ${after.files}`;
    }
    task.meta.measured = `${swaps} swaps in ${seconds} s, ${load.replies} answers, 0 wrong, mixed or failed; ${growth}`;
  },
  sized(120_000, 3_600_000),
);
