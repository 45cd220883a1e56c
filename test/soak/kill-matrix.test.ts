import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifySnapshot } from '../../src/snapshot/verify-snapshot.ts';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import { publishOne } from '../generations/support/sample-generation.ts';
import { contentOf, FACTS, POLICY, role, TAKEN_AT_MS } from '../snapshot/support/sample-snapshot.ts';
import { type CliProcess, runCli } from '../support/cli-process.ts';
import { type FakeCloud, startFakeCloud } from '../support/fake-cloud.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { inspectDirectory } from './support/inspect-directory.ts';
import { type Command, type KillPoint, killPointsOf, runKilled } from './support/killed-run.ts';
import { sized, spread } from './support/soak-size.ts';

/*
 * Every command that writes is killed with SIGKILL before each of its calls that change the disk, and in the middle of
 * each write. Whatever it left behind must open with the old or the new data, take the next copy, and hold no litter.
 */

const OLD = FACTS;
const NEW = [...FACTS, role('zoe', 'acme')];
const TOKEN = 'e_0123456789_1_secret';

let folder: string;
let cloud: FakeCloud;
let env: Readonly<Record<string, string>>;
let oldDigest: string;
let newDigest: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oso-kill-'));
  cloud = await startFakeCloud({ policy: POLICY, facts: NEW, token: TOKEN });
  env = {
    OSO_API_TOKEN: TOKEN,
    OSO_ENVIRONMENT: '0123456789',
    OSO_TENANT: 'acme',
    OSO_URL: cloud.url,
    OSO_PORT: '0',
    OSO_DRAIN: '0s',
    OSO_DIRECTORY: 'data',
    // Calls of several threads have no fixed order.
    UV_THREADPOOL_SIZE: '1',
  };
  oldDigest = (await publishOne(join(template('one generation'), 'data'), { of: OLD })).contentDigest;
  const snapshot = join(folder, 'new.snapshot');
  const content = contentOf(NEW, { takenAtMs: TAKEN_AT_MS + 1_000 });
  newDigest = (await writeSnapshot(snapshot, content)).manifest.contentDigest;
  cpSync(snapshot, join(template('one generation'), 'new.snapshot'));
  cpSync(snapshot, join(template('nothing'), 'new.snapshot'));
  await writeSnapshot(join(template('an older file'), 'out.snapshot'), contentOf(OLD));
  await makeDamaged(template('a damaged newest generation'));
});

afterAll(async () => {
  await cloud?.[Symbol.asyncDispose]();
  removeFolder(folder);
});

function template(name: string): string {
  const path = join(folder, 'templates', name.replaceAll(' ', '-'));
  mkdirSync(path, { recursive: true });
  return path;
}

async function makeDamaged(at: string): Promise<void> {
  await publishOne(join(at, 'data'), { of: OLD });
  const { id } = await publishOne(join(at, 'data'), { of: NEW, takenAtMs: TAKEN_AT_MS + 1_000 });
  const index = join(at, 'data', 'generations', id, 'facts.index');
  const bytes = readFileSync(index);
  bytes[bytes.length >> 1] = bytes.readUInt8(bytes.length >> 1) ^ 1;
  writeFileSync(index, bytes);
}

interface Scenario {
  readonly name: string;
  readonly from: string;
  readonly args: readonly string[];
  readonly in?: Command['in'];
  readonly untilDone?: (running: CliProcess) => Promise<void>;
  /** Data that the directory may serve afterwards; `none` when it may still be empty. */
  readonly allows: readonly ('old' | 'new' | 'none')[];
  readonly mayFail?: boolean;
}

async function servesLive(running: CliProcess): Promise<void> {
  const { url } = await running.event('listening');
  const at = `${String(url).replace('localhost', '127.0.0.1')}/status`;
  for (;;) {
    const status = JSON.parse(await (await fetch(at)).text());
    if (status.origin === 'live') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function serves(running: CliProcess): Promise<void> {
  await running.event('serving');
}

/** With it a first copy that may wait a moment waits for no longer than 0.2 s. */
const SOON = ['--sync-interval', '2s'] as const;

const DIRECTORY_SCENARIOS: readonly Scenario[] = [
  {
    name: 'import into an empty directory',
    from: 'nothing',
    args: ['import', 'new.snapshot'],
    allows: ['none', 'new'],
  },
  { name: 'import beside old data', from: 'one generation', args: ['import', 'new.snapshot'], allows: ['old', 'new'] },
  {
    name: 'import that removes the old data',
    from: 'one generation',
    args: ['import', 'new.snapshot', '--keep', '1'],
    allows: ['old', 'new'],
  },
  {
    name: 'first copy of an empty node',
    from: 'nothing',
    args: ['serve', '--json'],
    in: 'child',
    untilDone: servesLive,
    allows: ['none', 'new'],
  },
  {
    name: 'copy of a node that serves old data',
    from: 'one generation',
    args: ['serve', '--json', ...SOON],
    in: 'child',
    untilDone: servesLive,
    allows: ['old', 'new'],
  },
  {
    name: 'start, swap and removal of old data by a node',
    from: 'one generation',
    args: ['serve', '--json', '--keep', '1', ...SOON],
    untilDone: servesLive,
    allows: ['old', 'new'],
  },
  {
    name: 'start of a node on a damaged generation',
    from: 'a damaged newest generation',
    args: ['serve', '--json', '--offline'],
    untilDone: serves,
    allows: ['old'],
    mayFail: true,
  },
];

/** A dozen processes one after the other, more when a call does not come again. */
const TIMEOUT_MS = sized(300_000, 3_600_000);

/** Work goes on in a fresh copy of the template, so that each point starts from the same disk. */
async function inCopy<T>(from: string, name: string, work: (cwd: string) => Promise<T>): Promise<T> {
  const cwd = join(folder, 'work', name);
  removeFolder(cwd);
  cpSync(from, cwd, { recursive: true });
  try {
    return await work(cwd);
  } finally {
    removeFolder(cwd);
  }
}

/** Two at a time, each with a lane of its own. */
async function inLanes<T>(items: readonly T[], work: (item: T, lane: string) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (name: string) => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item, name);
  };
  for (const ended of await Promise.allSettled(['a', 'b'].map(lane))) {
    if (ended.status === 'rejected') throw ended.reason;
  }
}

function scratchOf(lane: string): string {
  const path = join(folder, 'scratch', lane);
  mkdirSync(path, { recursive: true });
  return path;
}

interface Tally {
  points: number;
  readonly served: Map<string, number>;
}

function describeTally({ points, served }: Tally): string {
  return `${points} kill points, 0 unusable (${[...served].map(([name, count]) => `${count} ${name}`).join(', ')})`;
}

function nameOf(served: string | undefined): string {
  if (served === undefined) return 'none';
  if (served === oldDigest) return 'old';
  return served === newDigest ? 'new' : `unknown ${served}`;
}

function commandOf({ args, untilDone, in: where = 'main' }: Scenario, cwd: string): Command {
  return { args, env, cwd, in: where, untilDone };
}

/** Dies once, and looks at what is left; undefined when it ended before. */
async function dieAndInspect(
  scenario: Scenario,
  cwd: string,
  point: KillPoint,
  scratch: string,
): Promise<string | undefined> {
  const { died, result } = await runKilled(commandOf(scenario, cwd), point, scratch);
  const where = `${scenario.name}, call ${point.at}${point.tear ? ' torn' : ''}: ${died ?? 'not reached'}`;
  if (died === undefined) {
    expect(result.code, `${where}\n${result.stderr}`).toBe(0);
    return undefined;
  }
  const { served, failures, ...rest } = await inspectDirectory(join(cwd, 'data'));
  expect(rest, where).toEqual({ leftovers: [], problem: undefined, takesMore: true });
  if (!scenario.mayFail) expect(failures, where).toEqual([]);
  expect(scenario.allows, where).toContain(nameOf(served));
  return nameOf(served);
}

async function killEverywhere(scenario: Scenario, from: string, tally: Tally, most: number): Promise<void> {
  const points = await inCopy(from, 'a', (cwd) => killPointsOf(commandOf(scenario, cwd), scratchOf('a')));
  expect(points.length, scenario.name).toBeGreaterThan(5);
  await inLanes(spread(points, most), async (point, lane) => {
    let { at, tear } = point;
    const dies = () => inCopy(from, lane, (cwd) => dieAndInspect(scenario, cwd, { at, tear }, scratchOf(lane)));
    let served = await dies();
    // The last calls of one run of a node may not come in another: then it dies before them.
    for (; served === undefined && at > 1; served = await dies()) [at, tear] = [at - 1, false];
    if (served === undefined) throw new Error(`${scenario.name} makes no call to die at`);
    tally.points += 1;
    tally.served.set(served, (tally.served.get(served) ?? 0) + 1);
  });
}

describe('a data directory survives a kill', () => {
  for (const scenario of DIRECTORY_SCENARIOS) {
    test(
      `B3 at every call of: ${scenario.name}`,
      async ({ task }) => {
        const tally: Tally = { points: 0, served: new Map() };
        await killEverywhere(scenario, template(scenario.from), tally, sized(4, 1_000));
        task.meta.measured = describeTally(tally);
      },
      TIMEOUT_MS,
    );
  }

  test(
    'B3 at the calls of an import after an import that was killed',
    async ({ task }) => {
      const [scenario] = DIRECTORY_SCENARIOS.filter(({ name }) => name === 'import beside old data');
      if (scenario === undefined) throw new Error('no such scenario');
      const first = await inCopy(template(scenario.from), 'a', (cwd) =>
        killPointsOf(commandOf(scenario, cwd), scratchOf('a')),
      );
      const tally: Tally = { points: 0, served: new Map() };
      for (const point of spread(first, sized(2, 20))) {
        const wreck = template('a wreck');
        removeFolder(wreck);
        cpSync(template(scenario.from), wreck, { recursive: true });
        await runKilled(commandOf(scenario, wreck), point, scratchOf('a'));
        await killEverywhere(scenario, wreck, tally, sized(3, 20));
      }
      task.meta.measured = describeTally(tally);
    },
    TIMEOUT_MS,
  );
});

describe('a snapshot file survives a kill', () => {
  for (const from of ['an older file', 'nothing']) {
    test(
      `B3 at every call of: export over ${from}`,
      async ({ task }) => {
        const command = (cwd: string): Command => ({ args: ['export', 'out.snapshot'], env, cwd, in: 'main' });
        const points = await inCopy(template(from), 'a', (cwd) => killPointsOf(command(cwd), scratchOf('a')));
        const tally: Tally = { points: 0, served: new Map() };
        await inLanes(spread(points, sized(4, 1_000)), async (point, lane) => {
          await inCopy(template(from), lane, async (cwd) => {
            const { died } = await runKilled(command(cwd), point, scratchOf(lane));
            const where = `export, call ${point.at}${point.tear ? ' torn' : ''}: ${died}`;
            const left = await contentOfFile(join(cwd, 'out.snapshot'));
            expect(from === 'nothing' ? ['none', 'new'] : ['old', 'new'], where).toContain(left);
            const again = await runCli(['export', 'out.snapshot'], { cwd, env });
            expect(again.code, `${where}\n${again.stderr}`).toBe(0);
            expect(await contentOfFile(join(cwd, 'out.snapshot')), where).toBe('new');
            expect(
              readdirSync(cwd).filter((name) => name.startsWith('.')),
              where,
            ).toEqual([]);
            tally.points += 1;
            tally.served.set(left, (tally.served.get(left) ?? 0) + 1);
          });
        });
        task.meta.measured = describeTally(tally);
      },
      TIMEOUT_MS,
    );
  }
});

async function contentOfFile(path: string): Promise<string> {
  if (!existsSync(path)) return 'none';
  const verdict = await verifySnapshot(path);
  return verdict.ok ? nameOf(verdict.manifest.contentDigest) : 'damaged';
}
