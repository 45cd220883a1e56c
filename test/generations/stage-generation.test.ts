import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DataDirectory, openDataDirectory, viewDataDirectory } from '../../src/generations/data-directory.ts';
import { readStateFile } from '../../src/generations/directory-state.ts';
import { listGenerations, listQuarantined } from '../../src/generations/list-generations.ts';
import { openGeneration } from '../../src/generations/open-generation.ts';
import { stageGeneration } from '../../src/generations/stage-generation.ts';
import { summaryIn } from '../../src/snapshot/read-facts.ts';
import { openSnapshot } from '../../src/snapshot/read-snapshot.ts';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import { systemClock } from '../../src/util/clock.ts';
import {
  collect,
  contentOf,
  FACTS,
  POLICY,
  role,
  streamOf,
  summaryOf,
  TAKEN_AT_MS,
  temporaryDirectory,
} from '../snapshot/support/sample-snapshot.ts';
import type { DiskCall } from '../soak/support/fault-disk.mjs';
import { onFailingDisk } from '../support/failing-disk.ts';
import { MEMORY_BYTES, publishOne, stageOptions } from './support/sample-generation.ts';

let parent: ReturnType<typeof temporaryDirectory>;
let directory: DataDirectory;

beforeEach(async () => {
  parent = temporaryDirectory();
  directory = await openDataDirectory(parent.file('data'), 'test');
});
afterEach(() => {
  directory.close();
  parent[Symbol.dispose]();
});

const names = () => readdirSync(directory.generationsPath).sort();
const ask = (user: string, organization: string) => ({
  actor: { type: 'User', id: user },
  action: 'read',
  resource: { type: 'Organization', id: organization },
});
const context = {
  contextFacts: [],
  unixTime: 0n,
  budget: { maxSteps: 10_000, deadlineMs: 1e12, monotonicMs: () => 0 },
};

describe('a staged generation', () => {
  test('is invisible until it is published, and then it answers', async () => {
    const staged = await stageGeneration(directory, stageOptions());
    expect(await listGenerations(directory)).toEqual([]);
    expect(names()).toEqual([expect.stringMatching(/^\.tmp-/)]);
    const opened = await staged.publish();
    expect(opened.metadata).toEqual(staged.metadata);
    expect(opened.metadata).toMatchObject({
      formatVersion: 1,
      id: expect.stringMatching(/^20260131T080000000Z-[0-9a-f]{12}$/),
      environment: '0123456789',
      tenant: 'acme',
      takenAtMs: TAKEN_AT_MS,
      factsDigest: summaryOf(FACTS).digest,
      factCount: 3,
      countBySignature: { 'has_role(User,String,Organization)': 3 },
      arrivedBy: 'download',
    });
    expect(names()).toEqual([opened.metadata.id]);
    const { serving } = opened;
    expect(serving).toMatchObject({ snapshotId: opened.metadata.id, takenAtMs: TAKEN_AT_MS, policyText: POLICY });
    expect(serving.engine.authorize(ask('alice', 'acme'), context)).toBe(true);
    expect(serving.engine.authorize(ask('alice', 'initech'), context)).toBe(false);
    expect(await collect(opened.index.facts())).toEqual(FACTS);
    opened.close();
  });

  test('consists of three files that nobody else can read', async () => {
    const { id } = await publishAs({});
    const folder = `${directory.generationsPath}/${id}`;
    expect(readdirSync(folder).sort()).toEqual(['facts.index', 'generation.json', 'policy.polar']);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(`${folder}/${name}`).mode & 0o077).toBe(0);
    expect(readFileSync(`${folder}/policy.polar`, 'utf8')).toBe(POLICY);
  });

  test('leaves nothing when it is discarded', async () => {
    const staged = await stageGeneration(directory, stageOptions());
    await staged.discard();
    expect(names()).toEqual([]);
    expect((await readStateFile(directory)).state.highWater).toBeNull();
  });

  test('raises the high-water mark when it is published, for ever', async () => {
    const { id, contentDigest } = await publishAs({});
    const mark = { environment: '0123456789', tenant: 'acme', takenAtMs: TAKEN_AT_MS, contentDigest };
    expect((await readStateFile(directory)).state).toMatchObject({ highWater: mark, pinned: null });
    await publishAs({ takenAtMs: TAKEN_AT_MS - 1000 });
    rmSync(`${directory.generationsPath}/${id}`, { recursive: true });
    expect((await readStateFile(directory)).state.highWater).toEqual(mark);
  });

  test('can be pinned', async () => {
    const staged = await stageGeneration(directory, stageOptions());
    (await staged.publish({ pin: true })).close();
    expect((await readStateFile(directory)).state.pinned).toBe(staged.metadata.id);
  });

  test.each([
    [{}, 'not recorded'],
    [{ pin: true }, 'not pinned'],
  ])('stays when only the state cannot be written, and the error says so: %j', async (how, what) => {
    const staged = await stageGeneration(directory, stageOptions());
    const { id } = staged.metadata;
    const failing = ({ kind, path }: DiskCall) => kind === 'rename' && path.endsWith('state.json');
    await expect(onFailingDisk(directory.path, failing, () => staged.publish(how))).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: expect.stringContaining(`the data are in the directory, as ${id}, but ${what}: cannot `),
      hint: expect.any(String),
    });
    expect(names()).toEqual([id]);
    await publishAs({});
    expect((await readStateFile(directory)).state.highWater).not.toBeNull();
  });

  test('stays also when writing the state fails of a bug, which is told as it is', async () => {
    const staged = await stageGeneration(directory, stageOptions());
    const bug = new Error('a bug of ours');
    const failing = ({ kind, path }: DiskCall) => {
      if (kind === 'rename' && path.endsWith('state.json')) throw bug;
      return false;
    };
    await expect(onFailingDisk(directory.path, failing, () => staged.publish())).rejects.toBe(bug);
    expect(names()).toEqual([staged.metadata.id]);
  });

  test('keeps the client id of the directory', async () => {
    await publishAs({});
    const { clientId } = (await readStateFile(directory)).state;
    await publishAs({ takenAtMs: TAKEN_AT_MS + 1000 });
    expect((await readStateFile(directory)).state.clientId).toBe(clientId);
  });

  test('gives way to the very same generation that is there already', async () => {
    const first = await publishAs({});
    const staged = await stageGeneration(directory, stageOptions());
    const folder = `${directory.generationsPath}/${first.id}`;
    const inode = statSync(folder).ino;
    const opened = await staged.publish();
    expect(opened.metadata).toEqual(first);
    expect(opened.serving.engine.authorize(ask('bob', 'acme'), context)).toBe(true);
    opened.close();
    expect(statSync(folder).ino).toBe(inode);
    expect(names()).toEqual([first.id]);
  });

  test('takes the place of the very same generation when that one is damaged', async () => {
    const { id } = await publishAs({});
    writeFileSync(`${directory.generationsPath}/${id}/policy.polar`, 'garbage');
    const opened = await (await stageGeneration(directory, stageOptions())).publish();
    opened.close();
    expect(names()).toEqual([id, `quarantined-${id}`].sort());
    expect((await listQuarantined(directory)).map((entry) => entry.id)).toEqual([id]);
  });

  test('survives being opened again from its folder', async () => {
    const { id } = await publishAs({});
    const opened = await openGeneration(`${directory.generationsPath}/${id}`, {
      environment: '0123456789',
      tenant: 'acme',
      memoryBytes: MEMORY_BYTES,
      clock: systemClock,
    });
    expect(
      opened.serving.engine.list(
        { actor: { type: 'User', id: 'bob' }, action: 'read', resourceType: 'Organization' },
        context,
      ),
    ).toEqual(['acme']);
    opened.close();
  });

  test('may be made of a snapshot, and must then have its content', async () => {
    await writeSnapshot(parent.file('a.snapshot'), contentOf(FACTS));
    await using snapshot = await openSnapshot(parent.file('a.snapshot'));
    const { manifest, policyText } = snapshot;
    const expected = summaryIn(manifest.facts);
    const imported = { arrivedBy: 'import' as const, policyText, expected };
    const metadata = await publishAs({ ...imported, facts: snapshot.facts() });
    expect(metadata.contentDigest).toBe(manifest.contentDigest);
    const other = stageGeneration(directory, stageOptions({ ...imported, of: [...FACTS, role('zoe', 'acme')] }));
    await expect(other).rejects.toMatchObject({
      code: 'SNAPSHOT_INVALID',
      message: expect.stringMatching(/^the facts are not what their manifest says: 4 facts instead of 3, 4 facts of/),
    });
    expect(names()).toEqual([metadata.id]);
  });

  test('takes facts in any order and more than once', async () => {
    const { factsDigest, factCount } = await publishAs({ of: [...FACTS].reverse().concat(FACTS) });
    expect({ factsDigest, factCount }).toEqual({ factsDigest: summaryOf(FACTS).digest, factCount: 3 });
  });

  test('may have no facts and no rules', async () => {
    const { factCount } = await publishAs({ of: [], policyText: '' });
    expect(factCount).toBe(0);
  });
});

describe('staging fails, and leaves nothing,', () => {
  const policyText = 'actor User {}\n\nresource Repo {\n  roles = ["reader"];\n  "read" if "reader";\n}\n';

  test('when the policy of a download does not compile, naming the place', async () => {
    const staged = stageGeneration(directory, stageOptions({ policyText }));
    await expect(staged).rejects.toMatchObject({
      code: 'POLICY_INVALID',
      message: expect.stringMatching(/^the policy has an error in line 5: ./),
      span: { source: { name: 'policy.polar' }, start: policyText.indexOf('"read"') },
    });
    expect(names()).toEqual([]);
  });

  test('when the policy of a snapshot does not compile, with all errors as the cause', async () => {
    const twice = `${policyText}resource Other {\n  "write" if "writer";\n}\n`;
    const staged = stageGeneration(directory, stageOptions({ policyText: twice, arrivedBy: 'import' }));
    const error: unknown = await staged.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'SNAPSHOT_POLICY',
      message: expect.stringMatching(/^the policy has \d+ errors, the first in line 5: ./),
      cause: { errors: expect.arrayContaining([expect.objectContaining({ code: expect.stringMatching(/^POLAR_/) })]) },
    });
    expect(names()).toEqual([]);
  });

  test('when the stream of facts breaks', async () => {
    const facts = (async function* () {
      yield FACTS.slice(0, 1);
      throw new Error('cut short');
    })();
    await expect(stageGeneration(directory, stageOptions({ facts }))).rejects.toThrow('cut short');
    expect(names()).toEqual([]);
  });

  test('when a fact is not well formed', async () => {
    const of = [role('', 'acme')];
    await expect(stageGeneration(directory, stageOptions({ of }))).rejects.toMatchObject({ code: 'FACT_INVALID' });
    expect(names()).toEqual([]);
  });

  test('when it is interrupted', async () => {
    const controller = new AbortController();
    const facts = (async function* () {
      yield FACTS.slice(0, 1);
      controller.abort(new Error('interrupted'));
      yield FACTS.slice(1);
    })();
    const staged = stageGeneration(directory, stageOptions({ facts, signal: controller.signal }));
    await expect(staged).rejects.toThrow('interrupted');
    expect(names()).toEqual([]);
  });

  test('when the disk has no room for twice the size, naming both numbers', async () => {
    const staged = stageGeneration(directory, stageOptions({ expectedBytes: 2 ** 60 }));
    await expect(staged).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringMatching(
        new RegExp(`^\`${directory.path}\` has \\d+ bytes free, but ${2 ** 61} are needed$`),
      ),
      hint: 'free some space, or use a larger disk: three times the size of the environment is enough',
    });
    expect(names()).toEqual([]);
  });

  test('but not for want of room on a disk that has no size: memory without a limit, or one that does not say', async (skippable) => {
    const mount = parent.file('disk');
    mkdirSync(mount);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=0', 'tmpfs', mount]).status === 0;
    skippable.skip(!mounted, 'no right to mount a disk');
    let endless: DataDirectory | undefined;
    try {
      endless = await openDataDirectory(mount, 'test');
      const staged = await stageGeneration(endless, stageOptions({ expectedBytes: 1_000 }));
      await staged.publish();
      expect(await listGenerations(endless)).toHaveLength(1);
    } finally {
      endless?.close();
      spawnSync('umount', [mount]);
    }
  });

  test('when the disk fills up', async (skippable) => {
    const mount = parent.file('disk');
    mkdirSync(mount);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mount]).status === 0;
    skippable.skip(!mounted, 'no right to mount a small disk');
    let small: DataDirectory | undefined;
    try {
      small = await openDataDirectory(mount, 'test');
      const of = Array.from({ length: 20_000 }, (_, i) => role(`${Math.sin(i)}`, `${Math.cos(i)}`));
      await expect(stageGeneration(small, stageOptions({ of }))).rejects.toMatchObject({ code: 'NO_SPACE' });
      expect(readdirSync(small.generationsPath)).toEqual([]);
      const { metadata, publish } = await stageGeneration(small, stageOptions());
      (await publish()).close();
      expect(readdirSync(small.generationsPath)).toEqual([metadata.id]);
    } finally {
      small?.close();
      spawnSync('umount', [mount]);
    }
  });

  test('when the disk does not say how much room it has', async () => {
    const stage = () => stageGeneration(directory, stageOptions({ expectedBytes: 1 }));
    await expect(onFailingDisk(directory.path, ({ kind }) => kind === 'stat', stage)).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: `cannot examine \`${directory.path}\`: the disk reported an error`,
    });
    expect(names()).toEqual([]);
  });

  test('when this process does not hold the lock', async () => {
    const view = await viewDataDirectory(directory.path);
    await expect(stageGeneration(view, stageOptions())).rejects.toThrow('the data directory is not open for writing');
  });
});

describe('publishing', () => {
  test('leaves the state to who keeps it, when told so', async () => {
    const staged = await stageGeneration(directory, stageOptions());
    (await staged.publish({ leaveState: true })).close();
    expect(names()).toEqual([staged.metadata.id]);
    expect((await readStateFile(directory)).state.highWater).toBeNull();
  });

  test('fails when the disk does not give the very same generation that is there, and leaves that alone', async () => {
    const { id } = await publishAs({});
    const policy = `${directory.generationsPath}/${id}/policy.polar`;
    rmSync(policy);
    mkdirSync(policy);
    const staged = await stageGeneration(directory, stageOptions());
    await expect(staged.publish()).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: `cannot read \`${policy}\`: it is a directory`,
    });
    expect(names()).toEqual([id]);
  });

  test('fails, and leaves nothing, when the staged folder is gone', async () => {
    const staged = await stageGeneration(directory, stageOptions());
    for (const name of names()) rmSync(`${directory.generationsPath}/${name}`, { recursive: true });
    await expect(staged.publish()).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE' });
    expect(names()).toEqual([]);
  });
});

test('a second process can publish when the first has closed the directory', async () => {
  directory.close();
  const { id } = await publishOne(parent.file('data'));
  expect(names()).toEqual([id]);
});

async function publishAs(changes: Parameters<typeof stageOptions>[0]) {
  const staged = await stageGeneration(directory, stageOptions({ facts: streamOf(changes?.of ?? FACTS), ...changes }));
  (await staged.publish()).close();
  return staged.metadata;
}
