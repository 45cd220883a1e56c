import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fact } from '../../../src/facts/fact.ts';
import { type CliProcess, type CliResult, runCli, startCli } from '../../support/cli-process.ts';
import { type FakeCloud, startFakeCloud } from '../../support/fake-cloud.ts';
import { removeFolder } from '../../support/remove-folder.ts';

export const TOKEN = 'e_env1_1_canarysecret';
export const IDENTITY = { OSO_API_TOKEN: TOKEN, OSO_ENVIRONMENT: 'env1', OSO_TENANT: 'ten1' } as const;

export const POLICY = `actor User {}
resource Repo { permissions = ["read"]; roles = ["reader"]; "read" if "reader"; }
test "readers read" {
  setup { has_role(User{"ann"}, "reader", Repo{"r1"}); }
  assert allow(User{"ann"}, "read", Repo{"r1"});
  assert_not allow(User{"bob"}, "read", Repo{"r1"});
}
`;

export function reader(user: string, repo = 'r1'): Fact {
  return {
    predicate: 'has_role',
    args: [
      { type: 'User', id: user },
      { type: 'String', id: 'reader' },
      { type: 'Repo', id: repo },
    ],
  };
}

/** An empty directory to run commands in, and a control plane to run them against. */
export interface Workplace extends AsyncDisposable {
  readonly path: string;
  readonly cloud: FakeCloud;
  /** Of the identity, of this control plane, and of nothing else. */
  readonly env: Readonly<Record<string, string>>;
  write(name: string, content: string | Uint8Array): string;
  run(args: readonly string[], env?: Readonly<Record<string, string>>, stdin?: Uint8Array): Promise<CliResult>;
  /** Ended with the workplace at the latest. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): CliProcess;
}

export async function openWorkplace(facts: readonly Fact[] = [reader('ann')]): Promise<Workplace> {
  const path = mkdtempSync(join(tmpdir(), 'oso-cli-'));
  const cloud = await startFakeCloud({ policy: POLICY, facts, token: TOKEN });
  const env = { ...IDENTITY, OSO_URL: cloud.url, OSO_PORT: '0', OSO_DRAIN: '0s' };
  const started: CliProcess[] = [];
  return {
    path,
    cloud,
    env,
    write(name, content) {
      writeFileSync(join(path, name), content);
      return name;
    },
    run: (args, more = {}, stdin = new Uint8Array()) => runCli(args, { cwd: path, env: { ...env, ...more }, stdin }),
    start(args, more = {}) {
      const running = startCli(args, { cwd: path, env: { ...env, ...more } });
      started.push(running);
      return running;
    },
    async [Symbol.asyncDispose]() {
      for (const running of started) await running[Symbol.asyncDispose]();
      await cloud[Symbol.asyncDispose]();
      removeFolder(path);
    },
  };
}

/** The JSON object that a command printed with `--json`. */
export function jsonOf({ stdout }: CliResult) {
  return JSON.parse(stdout);
}

/** Imports data of this second, with this reader. */
export async function importOf(place: Workplace, user: string, second: number, flags: readonly string[] = []) {
  place.cloud.facts = [reader(user)];
  await place.run(['export', 'x.snapshot'], { SOURCE_DATE_EPOCH: String(second) });
  return await place.run(['import', 'x.snapshot', '--json', ...flags]);
}

/** Where the generations of its data directory are. */
export const generationsOf = (place: Workplace) => join(place.path, '.oso', 'generations');
