import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { statusAtRest } from '../../src/cli/status-at-rest.ts';
import { type DataDirectory, openDataDirectory, viewDataDirectory } from '../../src/generations/data-directory.ts';
import { listGenerations, listQuarantined } from '../../src/generations/list-generations.ts';
import { loadStateToServe } from '../../src/generations/load-state.ts';
import { seemingHolder } from '../../src/generations/lock.ts';
import { openNewest } from '../../src/generations/open-newest.ts';
import { pruneGenerations } from '../../src/generations/prune-generations.ts';
import { systemClock } from '../../src/util/clock.ts';
import { FACTS, TAKEN_AT_MS, temporaryDirectory } from '../snapshot/support/sample-snapshot.ts';
import { onFailingDisk } from '../support/failing-disk.ts';
import { MEMORY_BYTES, publishOne } from './support/sample-generation.ts';

/** A data directory in which something lies where a file of ours should be. */

let parent: ReturnType<typeof temporaryDirectory>;
let directory: DataDirectory;
/** Oldest first. */
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
const pathOf = (index: number, name = '') => `${directory.generationsPath}/${idOf(index)}/${name}`;

function makePipe(path: string): void {
  rmSync(path, { recursive: true, force: true });
  execFileSync('mkfifo', [path]);
}

async function newest() {
  const { opened, failures } = await openNewest(directory, { memoryBytes: MEMORY_BYTES, clock: systemClock });
  opened?.close();
  return { id: opened?.metadata.id, failures };
}

describe('a pipe, which would be waited for', () => {
  test.each(['generation.json', 'policy.polar', 'facts.index'])(
    'in place of %s: the one before is served',
    async (name) => {
      makePipe(pathOf(2, name));
      const { id, failures } = await newest();
      expect(id).toBe(idOf(1));
      expect(failures).toMatchObject([{ id: idOf(2), error: { message: expect.stringContaining(name) } }]);
    },
  );

  test('in place of state.json is put aside by a node', async () => {
    const state = `${directory.path}/state.json`;
    makePipe(state);
    const { problem } = await loadStateToServe(directory);
    expect(problem).toContain(`cannot read \`${state}\`: it is a pipe or device, not a file; put aside as`);
    expect(readdirSync(directory.path)).not.toContain('state.json');
  });

  test('in place of the lock names nobody, and the directory can be looked at', async () => {
    makePipe(`${directory.path}/lock`);
    expect(seemingHolder(directory.path)).toBeUndefined();
    expect(await statusAtRest(directory.path, TAKEN_AT_MS, 'no node answers')).toMatchObject({
      state: 'at-rest',
      reason: null,
    });
  });
});

test('a state.json that cannot be read keeps nobody from looking at the rest', async () => {
  makePipe(`${directory.path}/state.json`);
  expect(await statusAtRest(directory.path, TAKEN_AT_MS, 'no node answers')).toMatchObject({
    snapshot: { id: idOf(2) },
    pinned: null,
    alarms: [
      { kind: 'damage', message: expect.stringMatching(/state\.json`: .*: pins and ages in it are not known$/) },
    ],
  });
});

test('a state.json of a newer version is named to who looks', async () => {
  writeFileSync(`${directory.path}/state.json`, '{"formatVersion":2}');
  await expect(statusAtRest(directory.path, TAKEN_AT_MS, 'no node answers')).rejects.toMatchObject({
    code: 'SNAPSHOT_NEWER',
  });
});

describe('something that cannot be moved or removed', () => {
  test('where a quarantined generation had its name does not keep it from being served', async () => {
    renameSync(pathOf(2), `${directory.generationsPath}/quarantined-${idOf(2)}`);
    for (const index of [0, 1]) rmSync(pathOf(index), { recursive: true });
    writeFileSync(`${directory.generationsPath}/${idOf(2)}`, 'a file');
    expect(await newest()).toMatchObject({ id: idOf(2), failures: [{ id: idOf(2), quarantined: false }] });
    expect((await listQuarantined(directory)).map(({ id }) => id)).toEqual([idOf(2)]);
  });

  test('that was unfinished does not keep a directory from being opened', async () => {
    directory.close();
    const leftover = `${directory.generationsPath}/.tmp-abc`;
    mkdirSync(leftover);
    const stays = ({ kind, path }: { kind: string; path: string }) => kind === 'rmdir' && path === leftover;
    directory = await onFailingDisk(directory.path, stays, () => openDataDirectory(directory.path, 'test'));
    expect(directory.writable).toBe(true);
    expect(readdirSync(directory.generationsPath)).toContain('.tmp-abc');
  });

  test('in one generation does not keep those before it', async () => {
    const stays = ({ kind, path }: { kind: string; path: string }) => kind === 'rmdir' && path.includes(idOf(1));
    const prune = () => pruneGenerations(directory, { keep: 1, inUse: new Set() });
    await onFailingDisk(directory.path, stays, async () => {
      await expect(prune()).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE' });
      expect(await prune()).toEqual([idOf(0)]);
    });
    expect((await listGenerations(await viewDataDirectory(directory.path))).map(({ id }) => id)).toEqual([idOf(2)]);
  });
});
