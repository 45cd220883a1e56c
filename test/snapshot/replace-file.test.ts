import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test, vi } from 'vitest';
import { replaceFile } from '../../src/snapshot/replace-file.ts';
import { tryLock } from '../../src/snapshot/try-lock.ts';
import { verifySnapshot } from '../../src/snapshot/verify-snapshot.ts';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import { type DiskChange, installFaultDisk } from '../soak/support/fault-disk.mjs';
import { onFailingDisk } from '../support/failing-disk.ts';
import { sealed } from './support/craft-snapshot.ts';
import { contentOf, FACTS, temporaryDirectory } from './support/sample-snapshot.ts';

const writeNew = (path: string) => replaceFile({ path, write: (handle) => handle.writeFile('new') });

/** Runs `use` while `meddle` is told of every change below `root` that has been made. */
async function withMeddler<T>(root: string, meddle: (change: DiskChange) => void, use: () => Promise<T>): Promise<T> {
  const stop = await installFaultDisk(root, () => undefined, meddle);
  try {
    return await use();
  } finally {
    stop();
  }
}

test('a temporary file that another writer takes for a leftover before it is locked is made again', async () => {
  using directory = temporaryDirectory();
  const lost: string[] = [];
  const loseFirst = ({ kind, path }: DiskChange) => {
    if (kind !== 'create' || lost.length > 0) return;
    lost.push(path);
    unlinkSync(path);
  };
  await withMeddler(directory.path, loseFirst, () => writeNew(directory.file('a')));
  expect(lost).toHaveLength(1);
  expect(readFileSync(directory.file('a'), 'utf8')).toBe('new');
  expect(readdirSync(directory.path)).toEqual(['a']);
});

test('a kill leaves nothing for good, whatever name the next file gets', async () => {
  using directory = temporaryDirectory();
  writeFileSync(directory.file('.oso-fallback.tmp-1-dead'), 'half');
  writeFileSync(directory.file('.yesterday.tmp-1-other'), 'of somebody else');
  await writeNew(directory.file('today'));
  expect(readdirSync(directory.path).sort()).toEqual(['.yesterday.tmp-1-other', 'today']);
});

test('a filesystem without locks takes a file all the same, and nothing is removed there', async () => {
  using directory = temporaryDirectory();
  writeFileSync(directory.file('.oso-fallback.tmp-1-dead'), 'half');
  const native: typeof import('fs-native-extensions') = createRequire(import.meta.url)('fs-native-extensions');
  const lockless = vi.spyOn(native, 'tryLock').mockImplementation(() => {
    throw Object.assign(new Error('no locks'), { code: 'ENOLCK' });
  });
  await writeNew(directory.file('a')).finally(() => lockless.mockRestore());
  expect(readdirSync(directory.path).sort()).toEqual(['.oso-fallback.tmp-1-dead', 'a']);
});

test('a temporary file that another writer has locked to remove it is left to that one', async () => {
  using directory = temporaryDirectory();
  let taken: number | undefined;
  const takeFirst = ({ kind, path }: DiskChange) => {
    if (kind !== 'create' || taken !== undefined) return;
    taken = openSync(path, 'r+');
    expect(tryLock(taken)).toBe(true);
  };
  await withMeddler(directory.path, takeFirst, () => writeNew(directory.file('a')));
  expect(readFileSync(directory.file('a'), 'utf8')).toBe('new');
  expect(readdirSync(directory.path)).toHaveLength(2);
  if (taken !== undefined) closeSync(taken);
});

test('a leftover that cannot be opened disturbs nobody, and a link is not followed', async () => {
  using directory = temporaryDirectory();
  mkdirSync(directory.file('.oso-fallback.tmp-1-folder'));
  writeFileSync(directory.file('other'), 'mine');
  symlinkSync('other', directory.file('.oso-fallback.tmp-1-link'));
  await writeNew(directory.file('a'));
  expect(readFileSync(directory.file('a'), 'utf8')).toBe('new');
  expect(readFileSync(directory.file('other'), 'utf8')).toBe('mine');
  expect(lstatSync(directory.file('.oso-fallback.tmp-1-link')).isSymbolicLink()).toBe(true);
});

test('leftovers that cannot be listed or removed disturb nobody', async () => {
  using directory = temporaryDirectory();
  writeFileSync(directory.file('.oso-fallback.tmp-1-dead'), 'half');
  for (const failing of ['readdir', 'unlink']) {
    await onFailingDisk(
      directory.path,
      ({ kind }) => kind === failing,
      () => writeNew(directory.file('a')),
    );
    expect(readFileSync(directory.file('a'), 'utf8')).toBe('new');
  }
  expect(readdirSync(directory.path).sort()).toEqual(['.oso-fallback.tmp-1-dead', 'a']);
});

test('a snapshot is not put in place when another whole one stands where it was written', async () => {
  using directory = temporaryDirectory();
  writeFileSync(directory.file('a'), 'old');
  const overwrite = ({ kind, path }: DiskChange) => {
    if (kind !== 'fsync' || !path.includes('.tmp-')) return;
    const body = Buffer.from(readFileSync(path).subarray(0, -40));
    body[body.length - 1] = body.readUInt8(body.length - 1) ^ 1;
    const descriptor = openSync(path, 'r+');
    writeSync(descriptor, sealed(body), 0, body.length + 40, 0);
    closeSync(descriptor);
  };
  const path = directory.file('a');
  const write = () => writeSnapshot(path, contentOf(FACTS));
  await expect(withMeddler(directory.path, overwrite, write)).rejects.toMatchObject({
    code: 'SNAPSHOT_INVALID',
    message: `\`${path}\` was written but cannot be read back: it has other bytes than were written`,
    hint: 'nothing was replaced; check the disk and try again',
  });
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(directory.path)).toEqual(['a']);
  await write();
  expect((await verifySnapshot(path)).ok).toBe(true);
});
