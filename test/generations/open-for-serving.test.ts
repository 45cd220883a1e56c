import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDataDirectory } from '../../src/generations/data-directory.ts';
import { listGenerations } from '../../src/generations/list-generations.ts';
import { openForServing } from '../../src/generations/open-for-serving.ts';
import { temporaryDirectory } from '../snapshot/support/sample-snapshot.ts';
import { onFailingDisk } from '../support/failing-disk.ts';
import { publishOne } from './support/sample-generation.ts';

/** A disk of its own in a temporary folder; undefined without the right to mount one. */
function smallDisk() {
  const parent = temporaryDirectory();
  const path = parent.file('disk');
  mkdirSync(path);
  const mount = (options: string) =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', `mode=700,size=1m,nr_inodes=60,${options}`, 'tmpfs', path]).status === 0;
  const isMounted = mount('rw');
  return {
    path,
    isMounted,
    become: (mode: 'ro' | 'rw') => mount(`remount,${mode}`),
    [Symbol.dispose]() {
      if (isMounted) spawnSync('umount', [path]);
      parent[Symbol.dispose]();
    },
  };
}

const NO_RIGHT = 'no right to mount a disk';

describe('a node on a disk that has become read-only', () => {
  test('sees what is there, says why it may not write, and writes as soon as it may', async (context) => {
    using disk = smallDisk();
    context.skip(!disk.isMounted, NO_RIGHT);
    await publishOne(disk.path);
    expect(disk.become('ro')).toBe(true);
    const directory = await openForServing(disk.path);
    expect(directory.writable).toBe(false);
    expect(directory.warnings).toEqual([]);
    expect(directory.unwritable).toMatch(/lock`: the filesystem is read-only; what it holds is served/);
    expect(await listGenerations(directory)).toHaveLength(1);
    await expect(directory.restore()).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE' });
    expect(disk.become('rw')).toBe(true);
    expect(await directory.restore()).toBe(false);
    expect(directory.writable).toBe(true);
    await expect(openDataDirectory(disk.path, 'import')).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
    expect(await directory.restore()).toBe(false);
    directory.close();
    (await openDataDirectory(disk.path, 'import')).close();
  });

  test('sees what is there when there is no room for a lock', async (context) => {
    using disk = smallDisk();
    context.skip(!disk.isMounted, NO_RIGHT);
    await publishOne(disk.path);
    rmSync(join(disk.path, 'lock'));
    expect(() => {
      for (let file = 0; ; file += 1) writeFileSync(join(disk.path, `${file}`), '');
    }).toThrow('ENOSPC');
    const directory = await openForServing(disk.path);
    expect(directory.unwritable).toMatch(/lock`: the disk is full; what it holds is served/);
    rmSync(join(disk.path, '0'));
    expect(await directory.restore()).toBe(false);
    expect(directory.writable).toBe(true);
    directory.close();
  });

  test('does not begin where there is nothing to serve', async (context) => {
    using disk = smallDisk();
    context.skip(!disk.isMounted, NO_RIGHT);
    expect(disk.become('ro')).toBe(true);
    await expect(openForServing(disk.path)).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: `cannot open \`${disk.path}/lock\`: the filesystem is read-only`,
    });
    await expect(openForServing(join(disk.path, 'missing'))).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: expect.stringContaining('missing'),
    });
  });
});

test('a directory that another process uses is not looked at instead', async () => {
  using parent = temporaryDirectory();
  await publishOne(parent.file('data'));
  const owner = await openForServing(parent.file('data'));
  expect(owner).toMatchObject({ writable: true, warnings: [] });
  await expect(openForServing(parent.file('data'))).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
  owner.close();
});

test.each([
  ['EIO', 'the disk reported an error'],
  ['EUCLEAN', 'the filesystem is damaged'],
])('a lock that the disk does not give is no reason not to serve what it gives: %s', async (code, reason) => {
  using parent = temporaryDirectory();
  const path = parent.file('data');
  await publishOne(path);
  const isLock = (call: { readonly path: string }) => call.path === `${path}/lock`;
  const directory = await onFailingDisk(path, isLock, () => openForServing(path), code);
  expect(directory).toMatchObject({ writable: false, unwritable: expect.stringContaining(reason) });
  expect(await directory.restore()).toBe(false);
  expect(directory.writable).toBe(true);
  directory.close();
});
