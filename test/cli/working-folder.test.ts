import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { folderError, makeWorkingFolder } from '../../src/cli/working-folder.ts';
import { tryLock } from '../../src/snapshot/try-lock.ts';
import { temporaryDirectory } from '../snapshot/support/sample-snapshot.ts';
import { installFaultDisk } from '../soak/support/fault-disk.mjs';

/** Makes a folder while another process does something at the moment at which the first lock file is there. */
async function meanwhile(parent: string, meddle: (lock: string) => void) {
  let isDone = false;
  const stop = await installFaultDisk(
    parent,
    () => undefined,
    ({ kind, path }) => {
      if (kind !== 'create' || isDone) return;
      isDone = true;
      meddle(path);
    },
  );
  return await makeWorkingFolder(parent).finally(stop);
}

test('a working folder is gone when its scope ends', async () => {
  using parent = temporaryDirectory();
  let path: string;
  {
    await using folder = await makeWorkingFolder(parent.path);
    path = folder.path;
    writeFileSync(join(path, 'facts.index'), 'x');
  }
  expect(existsSync(path)).toBe(false);
});

test('folders of killed processes are removed, those in use and those of others are not', async () => {
  using parent = temporaryDirectory();
  const abandoned = parent.file('.oso-export-dead00');
  mkdirSync(abandoned);
  writeFileSync(join(abandoned, 'lock'), '');
  writeFileSync(join(abandoned, 'facts.index'), 'x');
  const empty = parent.file('.oso-export-dead01');
  mkdirSync(empty);
  const foreign = parent.file('.oso-other-000000');
  mkdirSync(foreign);
  await using first = await makeWorkingFolder(parent.path);
  await using second = await makeWorkingFolder(parent.path);
  expect([abandoned, empty].map((path) => existsSync(path))).toEqual([false, false]);
  expect([foreign, first.path, second.path].map((path) => existsSync(path))).toEqual([true, true, true]);
});

test('a folder that another process has locked to remove it is left to that one', async () => {
  using parent = temporaryDirectory();
  const lost: { path: string; fd: number }[] = [];
  await using folder = await meanwhile(parent.path, (path) => {
    const fd = openSync(path, 'r+');
    expect(tryLock(fd)).toBe(true);
    lost.push({ path, fd });
  });
  expect(lost.map(({ path }) => dirname(path))).not.toContain(folder.path);
  for (const { fd } of lost) closeSync(fd);
});

test('a folder that another process has removed before it was locked is made again', async () => {
  using parent = temporaryDirectory();
  await using folder = await meanwhile(parent.path, (path) => rmSync(dirname(path), { recursive: true }));
  expect(existsSync(folder.path)).toBe(true);
});

test('a folder of which the disk does not say whether it is there is used, and let go', async () => {
  using parent = temporaryDirectory();
  const stop = await installFaultDisk(parent.path, ({ kind }) => (kind === 'stat' ? { error: 'EIO' } : undefined));
  {
    await using folder = await makeWorkingFolder(parent.path).finally(stop);
    expect(existsSync(folder.path)).toBe(true);
  }
  expect(readdirSync(parent.path)).toEqual([]);
});

test('a folder whose owner is about to lock it is not removed', async () => {
  using parent = temporaryDirectory();
  const young = parent.file('.oso-export-young0');
  mkdirSync(young);
  const locks: number[] = [];
  await using _ = await meanwhile(parent.path, () => {
    const fd = openSync(join(young, 'lock'), 'a+');
    expect(tryLock(fd)).toBe(true);
    locks.push(fd);
  });
  expect(existsSync(young)).toBe(true);
  for (const fd of locks) closeSync(fd);
});

test('a parent that is not there is named', async () => {
  using parent = temporaryDirectory();
  await expect(makeWorkingFolder(parent.file('missing'))).rejects.toMatchObject({
    code: 'DIRECTORY_UNUSABLE',
    message: `cannot write \`${parent.file('missing')}\`: no such file or directory`,
  });
});

test('a folder of another user gets a hint that says who must be able to write there', () => {
  const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
  expect(folderError(denied, '/data', 1000)).toMatchObject({
    code: 'DIRECTORY_UNUSABLE',
    message: 'cannot write `/data`: permission denied',
    hint: 'this process is user 1000: let that user write there, or in a container run as the owner with `--user "$(id -u):$(id -g)"`',
  });
  const readOnly = Object.assign(new Error('read-only'), { code: 'EROFS' });
  expect(folderError(readOnly, '/data', 1000)).toMatchObject({ hint: undefined });
});
