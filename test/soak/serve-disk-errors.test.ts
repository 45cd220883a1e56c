import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { NodeStatus } from '../../src/sync/node-status.ts';
import { type CliProcess, startCli } from '../support/cli-process.ts';
import { type FakeCloud, startFakeCloud } from '../support/fake-cloud.ts';
import { send } from '../support/http-client.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { ORACLE_QUESTIONS, Oracle, oracleFacts, oraclePolicy, revisionOf } from './support/oracle-facts.ts';
import { ask, startLoad } from './support/question-load.ts';
import { sized, spread } from './support/soak-size.ts';

/*
 * A node copies while it is asked, and its disk fails: at each call, once or from there on, in the process that serves
 * or in the one that builds. It answers on, the attempt fails with a code or succeeds, and once the disk is well again
 * the next copy is served.
 */

const TOKEN = 'e_0123456789_1_secret';
const PRELOAD = new URL('./support/fault-preload.mjs', import.meta.url).href;
const CODES = ['EIO', 'ENOSPC', 'EMFILE', 'EDQUOT', 'EUCLEAN'] as const;
const FAILURES = /^(DIRECTORY_UNUSABLE|NO_SPACE|INDEX_INVALID|SNAPSHOT_INVALID)$/u;

interface Fault {
  readonly in: 'main' | 'child';
  readonly code: (typeof CODES)[number];
  readonly at: number;
  readonly isLasting: boolean;
}

/** A node on a disk that obeys. */
class Rig implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'oso-serve-errors-'));
  #cloud: FakeCloud | undefined;
  #node: CliProcess | undefined;
  #port = 0;
  #orders = 0;
  revision = 1;

  async start(): Promise<void> {
    this.#order({});
    const cloud = await startFakeCloud({ policy: oraclePolicy(1), facts: oracleFacts(1), token: TOKEN });
    this.#cloud = cloud;
    const data = join(this.#folder, 'data');
    const node = startCli(['serve', '--json'], {
      env: {
        OSO_API_TOKEN: TOKEN,
        OSO_ENVIRONMENT: '0123456789',
        OSO_TENANT: 'acme',
        OSO_URL: cloud.url,
        OSO_PORT: '0',
        OSO_DRAIN: '0s',
        OSO_SYNC_INTERVAL: '1h',
        OSO_DIRECTORY: data,
        NODE_OPTIONS: `--import ${PRELOAD}`,
        FAULT_PLAN: JSON.stringify({ root: data, order: this.#file('order') }),
      },
    });
    this.#node = node;
    this.#port = Number((await node.event('listening'))['port']);
    await node.event('serving');
    while ((await this.status()).sync?.running !== false) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What the disk does from now on. */
  fail(fault: Fault | undefined): void {
    rmSync(this.#file('fired'), { force: true });
    this.#order({ ...fault, fired: this.#file('fired') });
  }

  /** The first call that failed. */
  get fired(): string | undefined {
    const file = this.#file('fired');
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }

  /** What can fail in a copy: role and codes of each call, in order. */
  async callsOfCopy(): Promise<string[]> {
    const log = this.#file('calls');
    this.#order({ log });
    await this.copyNext();
    this.#order({});
    return readFileSync(log, 'utf8').trim().split('\n');
  }

  /** The control plane has other data; asks for them and waits for the end of the attempt. */
  async copyNext(): Promise<NodeStatus> {
    if (this.#cloud === undefined) throw new Error('not started');
    this.revision += 1;
    this.#cloud.policy = oraclePolicy(this.revision);
    this.#cloud.facts = oracleFacts(this.revision);
    return await this.copy();
  }

  async copy(): Promise<NodeStatus> {
    const before = (await this.status()).sync?.lastAttemptAt;
    expect((await ask(this.url, { path: '/-/sync', body: '', token: TOKEN })).status).toBe(202);
    for (;;) {
      const status = await this.status();
      if (status.sync?.running === false && status.sync.lastAttemptAt !== before) return status;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async status(): Promise<NodeStatus> {
    const { json } = await send(this.#port, { path: '/status' });
    return json as NodeStatus;
  }

  async isReady(): Promise<boolean> {
    return (await send(this.#port, { path: '/readyz' })).status === 200;
  }

  async served(): Promise<number> {
    return revisionOf((await ask(this.url, { ...ORACLE_QUESTIONS[0], token: TOKEN })).body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#node?.[Symbol.asyncDispose]();
    await this.#cloud?.[Symbol.asyncDispose]();
    removeFolder(this.#folder);
  }

  #order(order: object): void {
    this.#orders += 1;
    // At once and whole: the node reads it at every call.
    writeFileSync(this.#file('order.next'), JSON.stringify({ ...order, number: this.#orders }));
    renameSync(this.#file('order.next'), this.#file('order'));
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}

function everyFault(calls: readonly string[]): Fault[] {
  return (['main', 'child'] as const).flatMap((role) =>
    CODES.flatMap((code) => {
      const count = calls.filter((call) => call.startsWith(`${role} `) && call.includes(code)).length;
      return Array.from({ length: count }, (_, index) => index + 1).flatMap((at) => [
        { in: role, code, at, isLasting: false },
        { in: role, code, at, isLasting: true },
      ]);
    }),
  );
}

/** A copy in which the fault happens. The last calls of one copy may not come in another: then it is one before them. */
async function copyUnder(rig: Rig, fault: Fault): Promise<{ before: number; sync: NodeStatus['sync'] }> {
  for (let { at } = fault; at > 0; at -= 1) {
    const before = await rig.served();
    rig.fail({ ...fault, at });
    const { sync } = await rig.copyNext();
    if (rig.fired !== undefined) return { before, sync };
  }
  throw new Error(`no call of a copy in ${fault.in} can fail with ${fault.code}`);
}

test(
  'B5 at any call of a copy by a running node, it answers on, says what failed, and copies when the disk is well again',
  async ({ task }) => {
    await using rig = new Rig();
    await rig.start();
    const oracle = new Oracle();
    const load = startLoad({
      url: rig.url,
      token: TOKEN,
      questions: ORACLE_QUESTIONS,
      connections: 2,
      perSecond: 100,
      judge: ({ snapshot, status, body }) => oracle.judge(snapshot, status, body),
    });
    const faults = spread(everyFault(await rig.callsOfCopy()), sized(8, 200));
    const tally = { failed: 0, copied: 0 };
    for (const fault of faults) {
      const { before, sync } = await copyUnder(rig, fault);
      const where = `${fault.in}: ${fault.code} ${fault.isLasting ? 'from' : 'at'} call ${fault.at}: ${rig.fired}`;
      expect(await rig.isReady(), where).toBe(true);
      const error = sync?.lastError;
      const hasFailed = sync?.online === false;
      if (hasFailed) expect(error?.code, `${where}: ${error?.message}`).toMatch(FAILURES);
      expect(hasFailed ? [before, rig.revision] : [rig.revision], where).toContain(await rig.served());
      tally[hasFailed ? 'failed' : 'copied'] += 1;
      rig.fail(undefined);
      const { sync: again } = await rig.copy();
      expect(again?.online, `after ${where}: ${again?.lastError?.message}`).toBe(true);
      expect(await rig.served(), `after ${where}`).toBe(rig.revision);
    }
    await load.stop();
    expect(oracle.wrong.slice(0, 5)).toEqual([]);
    expect(load.broken.slice(0, 5)).toEqual([]);
    task.meta.measured = `${faults.length} injected errors, 0 stopped serving (${tally.failed} attempts failed, ${tally.copied} succeeded all the same), ${load.replies} answers, 0 wrong or failed`;
  },
  sized(300_000, 3_600_000),
);
