import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliProcess, startCli } from '../../support/cli-process.ts';
import { type FakeCloud, startFakeCloud } from '../../support/fake-cloud.ts';
import { removeFolder } from '../../support/remove-folder.ts';
import { manyFacts, ORACLE_QUESTIONS, oraclePolicy } from './oracle-facts.ts';
import { ask } from './question-load.ts';

export const TOKEN = 'e_0123456789_1_secret';
export interface Usage {
  readonly rssBytes: number;
  readonly files: number;
}

/** Of a process, as the kernel sees it; undefined where there is no /proc. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const rssBytes = Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]) * 1024;
    return { rssBytes, files: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

export interface SwapRig extends AsyncDisposable {
  readonly url: string;
  readonly node: CliProcess;
  /** Publishes the next revision and waits until the node serves it. */
  swap(): Promise<void>;
}

export interface SwapRigOptions {
  /** Facts beside those of the revision. */
  readonly others?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Shell commands that the node begins with. */
  readonly shell?: string;
}

/** A node that copies whenever the control plane has another revision. */
export async function startSwapRig({ others = 0, env, shell }: SwapRigOptions = {}): Promise<SwapRig> {
  const folder = mkdtempSync(join(tmpdir(), 'oso-swaps-'));
  let revision = 1;
  const cloud: FakeCloud = await startFakeCloud({
    policy: oraclePolicy(revision),
    facts: manyFacts(revision, others),
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
      // Whatever the machine has: each thread has a heap of its own to warm up.
      OSO_WORKERS: '2',
      OSO_DIRECTORY: join(folder, 'data'),
      ...env,
    },
    shell,
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
      cloud.facts = manyFacts(revision, others);
      // Also when a copy is being made: one more follows it.
      await ask(url, { path: '/-/sync', body: '', token: TOKEN });
      for (;;) {
        const { body } = await ask(url, { ...ORACLE_QUESTIONS[0], token: TOKEN });
        if (body.includes(`-of-${revision}"`)) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]();
      await cloud[Symbol.asyncDispose]();
      removeFolder(folder);
    },
  };
}
