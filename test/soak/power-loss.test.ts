import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import { publishOne } from '../generations/support/sample-generation.ts';
import { contentOf, FACTS, role, TAKEN_AT_MS } from '../snapshot/support/sample-snapshot.ts';
import { Random, seedOf } from '../support/random.ts';
import { type DiskChange, installFaultDisk } from './support/fault-disk.mjs';
import { inspectDirectory } from './support/inspect-directory.ts';
import { runHere } from './support/run-here.ts';
import { sized, spread } from './support/soak-size.ts';
import { fingerprint, type Tree, VolatileDisk, writeTree } from './support/volatile-disk.ts';

/*
 * The power goes after each change to the disk. What was not fsynced may be there or not, in any combination: all of it,
 * none, each one alone, all but one, and some by chance. What is left must open with the old or the new data, take the
 * next copy, and once the command has said that it is done nothing of it may be lost.
 */

const NEW = [...FACTS, role('zoe', 'acme')];
const CHANCES = 8;

let folder: string;
const digests: Record<string, string | undefined> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oso-power-'));
  mkdirSync(join(folder, 'old'));
  const content = contentOf(NEW, { takenAtMs: TAKEN_AT_MS + 1_000 });
  digests['new'] = (await writeSnapshot(join(folder, 'new.snapshot'), content)).manifest.contentDigest;
  digests['old'] = (await publishOne(join(folder, 'old', 'data'), { of: FACTS })).contentDigest;
  cpSync(join(folder, 'old'), join(folder, 'both'), { recursive: true });
  await runHere(['import', join(folder, 'new.snapshot')], { OSO_DIRECTORY: join(folder, 'both', 'data') });
  mkdirSync(join(folder, 'nothing'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Scenario {
  readonly name: string;
  readonly from: 'nothing' | 'old' | 'both';
  readonly args: readonly string[];
  /** What may be served when the power went on the way, and what must be served after the end. */
  readonly onTheWay: readonly string[];
  readonly atTheEnd: string;
}

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'the first import',
    from: 'nothing',
    args: ['import', 'new.snapshot'],
    onTheWay: ['none', 'new'],
    atTheEnd: 'new',
  },
  {
    name: 'an import that removes the old data',
    from: 'old',
    args: ['import', 'new.snapshot', '--keep', '1'],
    onTheWay: ['old', 'new'],
    atTheEnd: 'new',
  },
  { name: 'a rollback', from: 'both', args: ['rollback'], onTheWay: ['new', 'old'], atTheEnd: 'old' },
];

/** All changes that a command makes below a directory, in order. */
async function record(cwd: string, args: readonly string[]): Promise<DiskChange[]> {
  const changes: DiskChange[] = [];
  const restore = await installFaultDisk(
    cwd,
    () => undefined,
    (change) => changes.push(change),
  );
  try {
    const files = args.map((arg) => (arg.endsWith('.snapshot') ? join(folder, arg) : arg));
    expect(await runHere(files, { OSO_DIRECTORY: join(cwd, 'data'), OSO_PORT: '1' })).toMatchObject({ code: 0 });
  } finally {
    restore();
  }
  return changes;
}

/** What may be left, each once. */
function outcomes(disk: VolatileDisk, random: Random): Map<string, Tree> {
  const { pending } = disk;
  const kept: ((effect: (typeof pending)[number]) => boolean)[] = [
    () => true,
    () => false,
    ...pending.flatMap((one) => [(effect: typeof one) => effect === one, (effect: typeof one) => effect !== one]),
    ...Array.from({ length: CHANCES }, () => {
      const chosen = new Set(pending.filter(() => random.below(2) === 0));
      return (effect: (typeof pending)[number]) => chosen.has(effect);
    }),
  ];
  return new Map(kept.map((isKept) => disk.after(isKept)).map((tree) => [fingerprint(tree), tree]));
}

function nameOf(digest: string | undefined): string {
  if (digest === undefined) return 'none';
  return Object.keys(digests).find((name) => digests[name] === digest) ?? `unknown ${digest}`;
}

describe('when the power goes', () => {
  for (const { name, from, args, onTheWay, atTheEnd } of SCENARIOS) {
    test(
      `B4 during ${name}, the old or the new data are there, and nothing is lost that was said to be done`,
      async (context) => {
        const cwd = join(folder, 'work');
        cpSync(join(folder, from), cwd, { recursive: true });
        const disk = new VolatileDisk(cwd);
        const changes = await record(cwd, args);
        const seed = seedOf(context);
        const random = new Random(seed);
        const left = new Map<
          string,
          { readonly tree: Tree; readonly where: string; readonly allowed: readonly string[] }
        >();
        for (const [at, change] of changes.entries()) {
          disk.apply(change);
          const isLast = at === changes.length - 1;
          const where = `after change ${at + 1} of ${changes.length}, ${change.kind} ${change.path}`;
          const allowed = isLast ? [atTheEnd] : onTheWay;
          for (const [print, tree] of outcomes(disk, random)) left.set(print, { tree, where, allowed });
        }
        rmSync(cwd, { recursive: true });
        const tried = spread([...left.values()], sized(24, left.size));
        const tally = new Map<string, number>();
        for (const { tree, where, allowed } of tried) {
          writeTree(tree, cwd);
          const { served, ...rest } = await inspectDirectory(join(cwd, 'data'));
          expect(rest, where).toEqual({ failures: [], leftovers: [], problem: undefined, takesMore: true });
          expect(allowed, where).toContain(nameOf(served));
          tally.set(nameOf(served), (tally.get(nameOf(served)) ?? 0) + 1);
          rmSync(cwd, { recursive: true });
        }
        const served = [...tally].map(([what, count]) => `${count} ${what}`).join(', ');
        context.task.meta.measured = `${changes.length} changes, ${tried.length} of ${left.size} states that a loss of power may leave, 0 unusable (${served}), seed ${seed}`;
      },
      sized(300_000, 3_600_000),
    );
  }
});
