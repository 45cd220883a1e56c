import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fact } from '../../../src/facts/fact.ts';
import { printFactLine } from '../../../src/facts/fact-line.ts';
import { type CliProcess, startCli } from '../../support/cli-process.ts';
import { removeFolder } from '../../support/remove-folder.ts';

/** The key of the dev-server. */
export const TOKEN = 'e_0123456789_12345_osotesttoken01xiIn';

/** Oso Cloud, played by a dev-server, and a node that serves a copy of it. Disposing ends both and removes their folder. */
export interface PrimaryAndNode extends AsyncDisposable {
  /** Where both run. */
  readonly folder: string;
  readonly primary: CliProcess;
  readonly primaryUrl: string;
  readonly node: CliProcess;
  readonly nodeUrl: string;
}

export interface PrimaryAndNodeOptions {
  readonly policy: string;
  readonly facts: Iterable<Fact>;
  /** Settings of the dev-server. */
  readonly primaryEnv?: Readonly<Record<string, string>>;
  /** Settings of the node besides those by which it finds the dev-server. By default it stops without a drain. */
  readonly nodeEnv?: Readonly<Record<string, string>>;
}

/** Resolves when the node serves what it has copied. */
export async function startPrimaryAndNode(options: PrimaryAndNodeOptions): Promise<PrimaryAndNode> {
  const folder = mkdtempSync(join(tmpdir(), 'oso-e2e-'));
  const started: CliProcess[] = [];
  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const running = startCli([...args, '--json'], { cwd: folder, env });
    started.unshift(running);
    return running;
  };
  const end = async () => {
    for (const running of started) await running[Symbol.asyncDispose]();
    removeFolder(folder);
  };
  try {
    writeFileSync(join(folder, 'policy.polar'), options.policy);
    writeFileSync(join(folder, 'facts.jsonl'), [...options.facts].map(printFactLine).join(''));
    const primary = start(['dev-server', 'policy.polar', '--facts', 'facts.jsonl', '--port', '0'], options.primaryEnv);
    const primaryUrl = await urlOf(primary);
    const identity = { OSO_API_TOKEN: TOKEN, OSO_ENVIRONMENT: '0123456789', OSO_TENANT: 'acme', OSO_URL: primaryUrl };
    const node = start(['serve'], { ...identity, OSO_PORT: '0', OSO_DRAIN: '0s', ...options.nodeEnv });
    const nodeUrl = await urlOf(node);
    await node.event('serving');
    return { folder, primary, primaryUrl, node, nodeUrl, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function urlOf(server: CliProcess): Promise<string> {
  return `http://127.0.0.1:${(await server.event('listening'))['port']}`;
}
