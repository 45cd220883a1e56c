import { cpSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DataDirectory, openDataDirectory, viewDataDirectory } from '../../src/generations/data-directory.ts';
import { listGenerations, listQuarantined, quarantinePath } from '../../src/generations/list-generations.ts';
import { openNewest } from '../../src/generations/open-newest.ts';
import { pruneGenerations } from '../../src/generations/prune-generations.ts';
import { quarantine, release } from '../../src/generations/quarantine.ts';
import { systemClock } from '../../src/util/clock.ts';
import { FACTS, TAKEN_AT_MS, temporaryDirectory } from '../snapshot/support/sample-snapshot.ts';
import { onFailingDisk } from '../support/failing-disk.ts';
import { MEMORY_BYTES, publishOne } from './support/sample-generation.ts';

let parent: ReturnType<typeof temporaryDirectory>;
let directory: DataDirectory;
/** Oldest first; the third is the newest. */
let ids: string[];

beforeEach(async () => {
  parent = temporaryDirectory();
  ids = [];
  for (const index of [0, 1, 2]) {
    const changes = { takenAtMs: TAKEN_AT_MS + index * 1000, of: FACTS.slice(index) };
    ids.push((await publishOne(parent.file('data'), changes)).id);
  }
  directory = await openDataDirectory(parent.file('data'), 'test');
});
afterEach(() => {
  directory.close();
  parent[Symbol.dispose]();
});

const idOf = (index: number) => ids[index] ?? '';

describe('pruning', () => {
  test('keeps the newest and those in use, and says what is gone', async () => {
    expect(await pruneGenerations(directory, { keep: 3, inUse: new Set() })).toEqual([]);
    expect(await pruneGenerations(directory, { keep: 1, inUse: new Set([idOf(0)]) })).toEqual([idOf(1)]);
    expect(readdirSync(directory.generationsPath).sort()).toEqual([idOf(0), idOf(2)]);
  });

  test('keeps one quarantined generation for a look', async () => {
    for (const entry of (await listGenerations(directory)).slice(0, 2)) await quarantine(directory, entry);
    expect(await pruneGenerations(directory, { keep: 3, inUse: new Set() })).toEqual([idOf(1)]);
    expect((await listQuarantined(directory)).map((entry) => entry.id)).toEqual([idOf(2)]);
  });

  test('keeps what is quarantined and in use, unless the same lies there anew', async () => {
    const entries = await listGenerations(directory);
    for (const entry of entries) await quarantine(directory, entry);
    const anew = entries[1];
    if (anew === undefined) throw new Error('nothing was made');
    cpSync(quarantinePath(directory, anew.id), anew.path, { recursive: true });
    expect(await pruneGenerations(directory, { keep: 1, inUse: new Set([idOf(0), idOf(1)]) })).toEqual([idOf(1)]);
    expect(readdirSync(directory.generationsPath).sort()).toEqual([
      idOf(1),
      `quarantined-${idOf(0)}`,
      `quarantined-${idOf(2)}`,
    ]);
  });

  test.each([['memory', MEMORY_BYTES] as const, ['disk', 0] as const])(
    'leaves a generation that is open readable from %s',
    async (_, memoryBytes) => {
      const { opened } = await openNewest(directory, { memoryBytes, clock: systemClock });
      if (opened === undefined) throw new Error('nothing was opened');
      await pruneGenerations(directory, { keep: 0, inUse: new Set() });
      expect(readdirSync(directory.generationsPath)).toEqual([]);
      const { dictionary, relations } = opened.serving.facts;
      const [relation] = relations;
      const row = relation?.types.map((_type, column) => dictionary.valueOf(relation.access([]).get(0, column)));
      expect([{ predicate: relation?.predicate, args: row }]).toEqual(FACTS.slice(2));
      opened.close();
    },
  );

  test('needs the lock', async () => {
    const view = await viewDataDirectory(directory.path);
    const pruned = pruneGenerations(view, { keep: 1, inUse: new Set() });
    await expect(pruned).rejects.toThrow('the data directory is not open for writing');
  });
});

describe('putting aside and giving back', () => {
  test('needs the lock', async () => {
    const view = await viewDataDirectory(directory.path);
    const [entry] = await listGenerations(view);
    if (entry === undefined) throw new Error('nothing was made');
    await expect(quarantine(view, entry)).rejects.toThrow('the data directory is not open for writing');
    await expect(release(view, entry)).rejects.toThrow('the data directory is not open for writing');
    expect((await listGenerations(view))[0]).toEqual(entry);
  });

  test('says so when the disk refuses, and nothing has moved', async () => {
    const [entry] = await listGenerations(directory);
    if (entry === undefined) throw new Error('nothing was made');
    const isRename = ({ kind }: { readonly kind: string }) => kind === 'rename';
    for (const [move, action] of [
      [quarantine, 'quarantine'],
      [release, 'release'],
    ] as const) {
      await expect(onFailingDisk(directory.path, isRename, () => move(directory, entry))).rejects.toMatchObject({
        code: 'DIRECTORY_UNUSABLE',
        message: `cannot ${action} \`${entry.path}\`: the disk reported an error`,
      });
      expect((await listGenerations(directory))[0]).toEqual(entry);
    }
    const pruned = () => pruneGenerations(directory, { keep: 1, inUse: new Set() });
    await expect(onFailingDisk(directory.path, isRename, pruned)).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: `cannot remove \`${directory.generationsPath}\`: the disk reported an error`,
    });
    expect(await listGenerations(directory)).toHaveLength(3);
  });
});
