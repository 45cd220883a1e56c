import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decompress } from 'zstd-napi';
import { type CliProcess, type CliResult, runCli, startCli } from '../support/cli-process.ts';
import { startFakeCloud } from '../support/fake-cloud.ts';
import { send } from '../support/http-client.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { oracleFacts, oraclePolicy } from './support/oracle-facts.ts';

/*
 * Words that exist nowhere else are given to the program in every place where it takes a secret or the data of a
 * request, through good days and bad ones. Then everything that it wrote or showed is searched for them.
 */

const SECRET = 'canaryTokenOfTheNode';
const TOKEN = `e_0123456789_1_${SECRET}`;
const CLIENT_SECRET = 'canaryKeyOfAClient';
const CLIENT_KEY = `e_0123456789_2_${CLIENT_SECRET}`;
const ID = 'canary-id-of-a-request';

/** Everything the tests have seen of the program, by where it was seen. */
class Seen {
  readonly #texts: [string, string][] = [];

  add(where: string, text: string): void {
    this.#texts.push([where, text]);
  }

  addResult(where: string, { stdout, stderr }: CliResult): void {
    this.add(`stdout of ${where}`, stdout);
    this.add(`stderr of ${where}`, stderr);
  }

  addFolder(path: string): void {
    for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
      const file = join(path, name);
      if (statSync(file).isFile()) this.add(file, readFileSync(file, 'latin1'));
    }
  }

  places(word: string): string[] {
    return this.#texts.filter(([, text]) => text.includes(word)).map(([where]) => where);
  }

  get count(): number {
    return this.#texts.length;
  }
}

/** Arguments of a process and its children; the environment is the user's own doing. */
function addArguments(seen: Seen, pid: number): void {
  for (const entry of safely(() => readdirSync('/proc')) ?? []) {
    const stat = safely(() => readFileSync(`/proc/${entry}/stat`, 'utf8'));
    const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (Number(entry) !== pid && parent !== pid) continue;
    const line = safely(() => readFileSync(`/proc/${entry}/cmdline`, 'latin1'));
    if (line !== undefined) seen.add(`arguments of a process of ours`, line);
  }
}

function safely<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

async function askAll(seen: Seen, port: number): Promise<void> {
  const question = { actor_type: 'User', actor_id: ID, action: 'read', resource_type: 'Doc', resource_id: ID };
  const asked: readonly { path: string; body?: unknown; key?: string }[] = [
    { path: '/api/authorize', body: { ...question, actor_id: 'alice', resource_id: 'always' } },
    { path: '/api/authorize', body: '{"actor_type": broken', key: CLIENT_KEY },
    { path: '/api/authorize', body: question, key: `${CLIENT_KEY}-wrong` },
    { path: '/api/facts', body: { predicate: 'has_role' } },
    { path: '/status' },
    { path: '/metrics' },
    { path: '/readyz' },
    { path: '/healthcheck' },
    { path: '/nowhere' },
  ];
  for (const { path, body, key = CLIENT_KEY } of asked) {
    const reply = await send(port, { path, body, headers: { authorization: `Bearer ${key}` } });
    seen.add(`reply of ${path}`, `${JSON.stringify(reply.headers)}${reply.text}`);
  }
  // What a request asks about may come back to whoever asked, and go nowhere else.
  await send(port, { path: '/api/authorize', body: question, headers: { authorization: `Bearer ${CLIENT_KEY}` } });
  await send(port, { path: `/api/list?x=${ID}`, body: { ...question, actor_type: ID } });
}

async function watchArguments(seen: Seen, running: CliProcess): Promise<void> {
  let isOver = false;
  void running.ended.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    addArguments(seen, running.pid);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('B14 no secret and no id of a request is written or shown anywhere', async ({ task }) => {
  const folder = mkdtempSync(join(tmpdir(), 'oso-secrets-'));
  const seen = new Seen();
  const cloud = await startFakeCloud({ policy: oraclePolicy(1), facts: oracleFacts(1), token: TOKEN });
  const env = {
    OSO_API_TOKEN: TOKEN,
    OSO_ENVIRONMENT: '0123456789',
    OSO_TENANT: 'acme',
    OSO_URL: cloud.url,
    OSO_PORT: '0',
    OSO_DRAIN: '0s',
    OSO_LOG_LEVEL: 'info',
    OSO_SYNC_INTERVAL: '1s',
    OSO_DIRECTORY: 'data',
  };
  const run = async (args: readonly string[], more = {}) => {
    const result = await runCli(args, { cwd: folder, env: { ...env, ...more } });
    seen.addResult(args.join(' '), result);
    return result;
  };
  try {
    expect(await run(['export', 'out.snapshot'])).toMatchObject({ code: 0 });
    await run(['verify', 'out.snapshot', '--json']);
    await run(['export', 'out.snapshot'], { OSO_API_TOKEN: `${TOKEN}revoked` });
    await run(['export', 'out.snapshot'], { OSO_URL: 'http://127.0.0.1:1' });
    await run(['serve'], { OSO_API_TOKEN: `not a key ${SECRET}`, OSO_TENANT: '' });
    await run(['export', join('missing', 'out.snapshot'), '--json']);
    const node = startCli(['serve', '--json'], { cwd: folder, env });
    const watched = watchArguments(seen, node);
    const { port } = await node.event('listening');
    await node.event('serving');
    await askAll(seen, Number(port));
    // A bad day: the control plane refuses the key, breaks off, and is gone.
    cloud.facts = oracleFacts(2);
    cloud.script('/api/policy', { status: 401, body: `{"message":"bad key ${TOKEN}"}` });
    cloud.script('/api/facts', { cutAfter: 10 });
    await send(Number(port), { path: '/-/sync', method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await askAll(seen, Number(port));
    node.kill('SIGTERM');
    seen.addResult('serve', await node.ended);
    await watched;
    await run(['status', '--json']);
    seen.addFolder(folder);
    const packed = readFileSync(join(folder, 'out.snapshot'));
    seen.add('unpacked snapshot', decompress(packed.subarray(0, -40)).toString('latin1'));
    // The search is able to find something.
    seen.add('the test itself', 'needle');
    expect(seen.places('needle')).toEqual(['the test itself']);
    expect(seen.places('has_role').length).toBeGreaterThan(0);
    for (const word of [SECRET, CLIENT_SECRET, ID]) expect(seen.places(word), word).toEqual([]);
    task.meta.measured = `${seen.count} outputs, files and process arguments searched, 0 hits`;
  } finally {
    await cloud[Symbol.asyncDispose]();
    writeFileSync(join(folder, 'done'), '');
    removeFolder(folder);
  }
}, 300_000);
