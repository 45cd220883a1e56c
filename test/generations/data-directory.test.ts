import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openDataDirectory, removeUnused, viewDataDirectory } from '../../src/generations/data-directory.ts';
import { temporaryDirectory } from '../snapshot/support/sample-snapshot.ts';

describe('opening a data directory', () => {
  test('creates it for this user alone', async () => {
    using parent = temporaryDirectory();
    const directory = await openDataDirectory(parent.file('data'), 'serve');
    expect(statSync(parent.file('data')).mode & 0o777).toBe(0o700);
    expect(readdirSync(parent.file('data')).sort()).toEqual(['generations', 'lock']);
    expect(directory).toMatchObject({ path: realpathSync(parent.file('data')), writable: true, warnings: [] });
    directory.close();
  });

  test('takes it as it is when it is there, and follows a symbolic link once', async () => {
    using parent = temporaryDirectory();
    mkdirSync(parent.file('real'), { mode: 0o700 });
    symlinkSync('real', parent.file('link'));
    const directory = await openDataDirectory(parent.file('link'), 'serve');
    expect(directory.path).toBe(realpathSync(parent.file('real')));
    directory.close();
  });

  test('refuses a second process until the first closes it', async () => {
    using parent = temporaryDirectory();
    const first = await openDataDirectory(parent.file('data'), 'serve');
    await expect(openDataDirectory(parent.file('data'), 'import')).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
    first.close();
    (await openDataDirectory(parent.file('data'), 'import')).close();
  });

  test('removes what dead processes left, and nothing else', async () => {
    using parent = temporaryDirectory();
    (await openDataDirectory(parent.file('data'), 'serve')).close();
    mkdirSync(parent.file('data/generations/.tmp-abc'));
    writeFileSync(parent.file('data/generations/.tmp-abc/facts.index'), 'half');
    writeFileSync(parent.file('data/.tmp-spool'), 'half');
    mkdirSync(parent.file('data/generations/notes'));
    writeFileSync(parent.file('data/readme'), 'mine');
    (await openDataDirectory(parent.file('data'), 'serve')).close();
    expect(readdirSync(parent.file('data')).sort()).toEqual(['generations', 'lock', 'readme']);
    expect(readdirSync(parent.file('data/generations'))).toEqual(['notes']);
  });

  test('does not touch the leftovers of a living process', async () => {
    using parent = temporaryDirectory();
    const living = await openDataDirectory(parent.file('data'), 'serve');
    mkdirSync(parent.file('data/generations/.tmp-abc'));
    await expect(openDataDirectory(parent.file('data'), 'import')).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
    expect(existsSync(parent.file('data/generations/.tmp-abc'))).toBe(true);
    living.close();
  });

  test('warns when others can look into it', async () => {
    using parent = temporaryDirectory();
    mkdirSync(parent.file('data'));
    chmodSync(parent.file('data'), 0o755);
    const directory = await openDataDirectory(parent.file('data'), 'serve');
    expect(directory.warnings).toEqual([
      `other users can look into the data directory \`${directory.path}\`; mode 0700 prevents that`,
    ]);
    directory.close();
  });

  test('says what is wrong with a path that cannot be one', async () => {
    using parent = temporaryDirectory();
    writeFileSync(parent.file('file'), '');
    const open = (name: string) => openDataDirectory(parent.file(name), 'serve');
    await expect(open('no/data')).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: `cannot create \`${parent.file('no/data')}\`: its parent directory does not exist`,
      hint: `create \`${parent.file('no')}\`, or set OSO_DIRECTORY`,
    });
    await expect(open('file')).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: `\`${parent.file('file')}\` is a file, not a directory`,
      hint: 'give the path of a directory, or of one to create, with OSO_DIRECTORY',
    });
    await expect(open('file/data')).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: `cannot create \`${parent.file('file/data')}\`: a part of the path is not a directory`,
    });
  });

  test('says so when something else bears the name of the generations', async () => {
    using parent = temporaryDirectory();
    mkdirSync(parent.file('data'));
    writeFileSync(parent.file('data/generations'), '');
    await expect(openDataDirectory(parent.file('data'), 'serve')).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE' });
  });

  test('works on a full disk, so that what is there can be served', async (context) => {
    using parent = temporaryDirectory();
    const mount = parent.file('disk');
    mkdirSync(mount);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k,mode=700', 'tmpfs', mount]).status === 0;
    context.skip(!mounted, 'no right to mount a small disk');
    try {
      (await openDataDirectory(mount, 'import')).close();
      writeFileSync(`${mount}/lock`, '');
      expect(() => writeFileSync(`${mount}/filler`, Buffer.alloc(100_000))).toThrow('ENOSPC');
      const directory = await openDataDirectory(mount, 'serve');
      expect(directory.writable).toBe(true);
      await expect(openDataDirectory(mount, 'import')).rejects.toMatchObject({
        code: 'DIRECTORY_LOCKED',
        message: `the data directory \`${mount}\` is in use`,
      });
      directory.close();
    } finally {
      spawnSync('umount', [mount]);
    }
  });

  test('says so when the disk is read-only', async (context) => {
    using parent = temporaryDirectory();
    const mount = parent.file('disk');
    mkdirSync(mount);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', mount]).status === 0;
    context.skip(!mounted, 'no right to mount a read-only disk');
    try {
      await expect(openDataDirectory(mount, 'serve')).rejects.toMatchObject({
        code: 'DIRECTORY_UNUSABLE',
        message: `cannot open \`${mount}/lock\`: the filesystem is read-only`,
      });
      await expect(openDataDirectory(`${mount}/data`, 'serve')).rejects.toMatchObject({
        code: 'DIRECTORY_UNUSABLE',
        message: `cannot create \`${mount}/data\`: the filesystem is read-only`,
      });
      expect((await viewDataDirectory(mount)).writable).toBe(false);
    } finally {
      spawnSync('umount', [mount]);
    }
  });
});

describe('a data directory that was deleted under its owner', () => {
  test('is left alone while all of it is there', async () => {
    using parent = temporaryDirectory();
    const directory = await openDataDirectory(parent.file('data'), 'serve');
    expect(await directory.restore()).toBe(false);
    directory.close();
  });

  test.each(['data', 'data/lock', 'data/generations'])('is whole and locked again when %s had gone', async (name) => {
    using parent = temporaryDirectory();
    const directory = await openDataDirectory(parent.file('data'), 'serve');
    rmSync(parent.file(name), { recursive: true });
    expect(await directory.restore()).toBe(true);
    expect(readdirSync(parent.file('data')).sort()).toEqual(['generations', 'lock']);
    const second = () => openDataDirectory(parent.file('data'), 'import');
    await expect(second()).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
    directory.close();
    (await second()).close();
  });

  test('is not written to when another process has what took its place, and is once that has gone', async () => {
    using parent = temporaryDirectory();
    const directory = await openDataDirectory(parent.file('data'), 'serve');
    for (const change of ['replaced', 'without its lock']) {
      if (change === 'replaced') renameSync(parent.file('data'), parent.file('old'));
      else rmSync(parent.file('data/lock'));
      const other = await openDataDirectory(parent.file('data'), 'import');
      await expect(directory.restore(), change).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
      expect(directory.writable, change).toBe(false);
      other.close();
      expect(await directory.restore(), change).toBe(true);
      expect(directory.writable, change).toBe(true);
      const second = openDataDirectory(parent.file('data'), 'import');
      await expect(second, change).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
    }
    directory.close();
  });

  test('is not restored by who only looks at it', async () => {
    using parent = temporaryDirectory();
    const view = await viewDataDirectory(parent.path);
    await expect(view.restore()).rejects.toThrow('the data directory is not open for writing');
  });
});

describe('a data directory that was made for nothing', () => {
  test('goes, and is free', async () => {
    using parent = temporaryDirectory();
    await removeUnused(await openDataDirectory(parent.file('data'), 'import'));
    expect(readdirSync(parent.path)).toEqual([]);
  });

  test('stays when somebody has found a use for it, and is free', async () => {
    using parent = temporaryDirectory();
    const directory = await openDataDirectory(parent.file('data'), 'import');
    mkdirSync(parent.file('data/generations/notes'));
    await removeUnused(directory);
    expect(existsSync(parent.file('data/generations/notes'))).toBe(true);
    (await openDataDirectory(parent.file('data'), 'import')).close();
  });
});

describe('viewing a data directory', () => {
  test('takes no lock and writes nothing', async () => {
    using parent = temporaryDirectory();
    const held = await openDataDirectory(parent.file('data'), 'serve');
    const view = await viewDataDirectory(parent.file('data'));
    expect(view).toMatchObject({ path: held.path, generationsPath: held.generationsPath, writable: false });
    view.close();
    held.close();
    mkdirSync(parent.file('empty'));
    await viewDataDirectory(parent.file('empty'));
    expect(readdirSync(parent.file('empty'))).toEqual([]);
  });

  test('says when there is none', async () => {
    using parent = temporaryDirectory();
    await expect(viewDataDirectory(parent.file('none'))).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: `cannot open \`${parent.file('none')}\`: no such file or directory`,
    });
  });
});
