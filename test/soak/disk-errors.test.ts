import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifySnapshot } from '../../src/snapshot/verify-snapshot.ts';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import { publishOne } from '../generations/support/sample-generation.ts';
import { contentOf, FACTS, POLICY, role, TAKEN_AT_MS } from '../snapshot/support/sample-snapshot.ts';
import { type FakeCloud, startFakeCloud } from '../support/fake-cloud.ts';
import { type DiskCall, installFaultDisk } from './support/fault-disk.mjs';
import { type Inspection, inspectDirectory } from './support/inspect-directory.ts';
import { runHere } from './support/run-here.ts';
import { sized, spread } from './support/soak-size.ts';

/*
 * Each call to the disk fails: once, or from there on; with a full disk or quota, with an input/output error or a damaged
 * filesystem, without file descriptors. The command says so in one sentence, or succeeds; what was there before is whole, and the next run works.
 */

const CODES = ['EIO', 'ENOSPC', 'EMFILE', 'EDQUOT', 'EUCLEAN'] as const;
const TOKEN = 'e_0123456789_1_secret';
const NEW = [...FACTS, role('zoe', 'acme')];

let folder: string;
let cloud: FakeCloud;
let oldDigest: string;
let newDigest: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oso-errors-'));
  cloud = await startFakeCloud({ policy: POLICY, facts: NEW, token: TOKEN });
  const template = join(folder, 'template');
  mkdirSync(template);
  oldDigest = (await publishOne(join(template, 'data'), { of: FACTS })).contentDigest;
  const content = contentOf(NEW, { takenAtMs: TAKEN_AT_MS + 1_000 });
  newDigest = (await writeSnapshot(join(template, 'new.snapshot'), content)).manifest.contentDigest;
  await writeSnapshot(join(template, 'out.snapshot'), contentOf(FACTS));
});

afterAll(async () => {
  await cloud?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

interface Fault {
  readonly code: (typeof CODES)[number];
  readonly at: number;
  readonly isLasting: boolean;
}

/** A plan for the disk that can be changed while it is in use. */
class Plan {
  fault: Fault | undefined;
  #calls = 0;
  hit: string | undefined;
  readonly counts: Record<string, number> = {};

  arm(fault: Fault | undefined): void {
    this.fault = fault;
    this.#calls = 0;
    this.hit = undefined;
    for (const code of CODES) this.counts[code] = 0;
  }

  answer({ kind, path, refuses }: DiskCall): { error: string } | undefined {
    for (const code of CODES) if (refuses(code)) this.counts[code] = (this.counts[code] ?? 0) + 1;
    const { fault } = this;
    if (fault === undefined || !refuses(fault.code)) return undefined;
    this.#calls += 1;
    if (fault.isLasting ? this.#calls < fault.at : this.#calls !== fault.at) return undefined;
    this.hit ??= `${kind} ${path}`;
    return { error: fault.code };
  }
}

function envOf(cwd: string): Record<string, string> {
  return {
    OSO_API_TOKEN: TOKEN,
    OSO_ENVIRONMENT: '0123456789',
    OSO_TENANT: 'acme',
    OSO_URL: cloud.url,
    OSO_DIRECTORY: join(cwd, 'data'),
  };
}

/** Runs a command under every fault, and `check` after each. */
async function underEveryFault(
  args: (cwd: string) => readonly string[],
  check: (cwd: string, result: { code: number; stderr: string }, where: string) => Promise<void>,
): Promise<string> {
  const cwd = join(folder, 'work');
  const plan = new Plan();
  const refresh = () => {
    rmSync(cwd, { recursive: true, force: true });
    cpSync(join(folder, 'template'), cwd, { recursive: true });
    // Node.js 24 copies folders without their modes.
    chmodSync(join(cwd, 'data'), 0o700);
  };
  const restore = await installFaultDisk(cwd, (call) => plan.answer(call));
  try {
    refresh();
    plan.arm(undefined);
    expect(await runHere(args(cwd), envOf(cwd))).toMatchObject({ code: 0 });
    const faults = spread(everyFault({ ...plan.counts }), sized(32, Number.MAX_SAFE_INTEGER));
    let met = 0;
    for (const fault of faults) {
      refreshUnarmed(plan, refresh);
      plan.arm(fault);
      const result = await runHere(args(cwd), envOf(cwd));
      const where = `${fault.code} ${fault.isLasting ? 'from' : 'at'} call ${fault.at}: ${plan.hit}`;
      met += plan.hit === undefined ? 0 : 1;
      plan.arm(undefined);
      expect(result.stderr, where).not.toMatch(/INTERNAL/);
      await check(cwd, result, where);
    }
    expect(met).toBeGreaterThan(faults.length * 0.95);
    return `${faults.length} injected errors, 0 unusable`;
  } finally {
    restore();
  }
}

function refreshUnarmed(plan: Plan, refresh: () => void): void {
  plan.arm(undefined);
  refresh();
}

function everyFault(counts: Record<string, number>): Fault[] {
  return CODES.flatMap((code) =>
    Array.from({ length: counts[code] ?? 0 }, (_, index) => index + 1).flatMap((at) => [
      { code, at, isLasting: false },
      { code, at, isLasting: true },
    ]),
  );
}

const SOUND: Omit<Inspection, 'served'> = { failures: [], leftovers: [], problem: undefined, takesMore: true };

/** Two dozen times two commands and three looks at what they left. */
const TIMEOUT_MS = sized(300_000, 3_600_000);

describe('when the disk fails', () => {
  test(
    'B5 at any call of import, the old data stay and the next import works',
    async ({ task }) => {
      const args = (cwd: string) => ['import', join(cwd, 'new.snapshot'), '--keep', '1'];
      task.meta.measured = await underEveryFault(args, async (cwd, { code, stderr }, where) => {
        if (code !== 0)
          expect(stderr, where).toMatch(/^(DIRECTORY_UNUSABLE|NO_SPACE|INDEX_INVALID|SNAPSHOT_INVALID): /);
        cpSync(join(cwd, 'data'), join(cwd, 'copy'), { recursive: true });
        const { served, ...rest } = await inspectDirectory(join(cwd, 'copy'));
        expect(rest, where).toEqual(SOUND);
        expect(code === 0 ? [newDigest] : [oldDigest, newDigest], where).toContain(served);
        const again = await runHere(args(cwd), envOf(cwd));
        expect(again, where).toMatchObject({ code: 0 });
        expect((await inspectDirectory(join(cwd, 'data'))).served, where).toBe(newDigest);
      });
    },
    TIMEOUT_MS,
  );

  test(
    'B5 at any call of export, the old file stays and the next export works',
    async ({ task }) => {
      const target = (cwd: string) => join(cwd, 'out.snapshot');
      const args = (cwd: string) => ['export', target(cwd)];
      task.meta.measured = await underEveryFault(args, async (cwd, { code, stderr }, where) => {
        if (code !== 0)
          expect(stderr, where).toMatch(/^(DIRECTORY_UNUSABLE|NO_SPACE|INDEX_INVALID|SNAPSHOT_INVALID): /);
        const left = await digestOf(target(cwd));
        expect(code === 0 ? [newDigest] : [oldDigest, newDigest], where).toContain(left);
        expect(await runHere(args(cwd), envOf(cwd)), where).toMatchObject({ code: 0 });
        expect(await digestOf(target(cwd)), where).toBe(newDigest);
        expect(
          readdirSync(cwd).filter((name) => name.startsWith('.')),
          where,
        ).toEqual([]);
      });
    },
    TIMEOUT_MS,
  );
});

async function digestOf(path: string): Promise<string | undefined> {
  if (!existsSync(path)) return undefined;
  const verdict = await verifySnapshot(path);
  return verdict.ok ? verdict.manifest.contentDigest : 'damaged';
}
