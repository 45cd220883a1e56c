import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { lockDirectory, seemingHolder } from '../../src/generations/lock.ts';
import { temporaryDirectory } from '../snapshot/support/sample-snapshot.ts';

/** A process that holds the lock of a directory, and says so, until it is ended. */
async function holder(directory: string, host = 'elsewhere'): Promise<ChildProcess & Disposable> {
  const program = `
    import { openSync, writeFileSync } from 'node:fs';
    import { tryLock } from 'fs-native-extensions';
    const path = process.argv[1] + '/lock';
    const fd = openSync(path, 'a+', 0o600);
    if (!tryLock(fd)) throw new Error('taken');
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: process.argv[2], command: 'serve' }));
    console.log('locked');
    setInterval(() => {}, 1e6);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, directory, host], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return Object.assign(child, { [Symbol.dispose]: () => void child.kill('SIGKILL') });
}

const locked = (directory: string, by: string) => ({
  code: 'DIRECTORY_LOCKED',
  message: `the data directory \`${directory}\` is in use${by}`,
  hint: 'stop that process, or give this one another data directory with OSO_DIRECTORY',
});

const native: typeof import('fs-native-extensions') = createRequire(import.meta.url)('fs-native-extensions');

describe('a locked directory', () => {
  test('is refused to a second process, which learns who has it', async () => {
    using directory = temporaryDirectory();
    using child = await holder(directory.path);
    const by = ` by process ${child.pid} on elsewhere (serve)`;
    expect(() => lockDirectory(directory.path, 'import')).toThrow(expect.objectContaining(locked(directory.path, by)));
  });

  test('is free at once when its holder is killed', async () => {
    using directory = temporaryDirectory();
    using child = await holder(directory.path);
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockDirectory(directory.path, 'serve').release();
  });

  test('stays locked while its holder is stopped', async () => {
    using directory = temporaryDirectory();
    using child = await holder(directory.path);
    child.kill('SIGSTOP');
    expect(() => lockDirectory(directory.path, 'serve')).toThrow('in use');
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockDirectory(directory.path, 'serve').release();
  });

  test('stays locked when its own process reads the file, and is free when it is released', () => {
    using directory = temporaryDirectory();
    const lock = lockDirectory(directory.path, 'serve');
    const file = directory.file('lock');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: process.pid, host: hostname(), command: 'serve' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const by = ` by process ${process.pid} on ${hostname()} (serve)`;
    const refusal = expect.objectContaining(locked(directory.path, by));
    expect(() => lockDirectory(directory.path, 'import')).toThrow(refusal);
    expect(() => lockDirectory(directory.path, 'import')).toThrow(refusal);
    lock.release();
    expect(readFileSync(file, 'utf8')).toBe('');
    lockDirectory(directory.path, 'import').release();
  });

  test.each([
    ['nothing', ''],
    ['half a line', '{"pid": 1'],
    ['other JSON', 'null'],
    ['other fields', '{"pid":"1","host":"h","command":"serve"}'],
  ])('is refused without a name when the file holds %s', async (_name, text) => {
    using directory = temporaryDirectory();
    using _child = await holder(directory.path);
    writeFileSync(directory.file('lock'), text);
    expect(() => lockDirectory(directory.path, 'serve')).toThrow(expect.objectContaining(locked(directory.path, '')));
  });

  test('is reported as unusable where locks have no effect: two nodes would write at once', () => {
    using directory = temporaryDirectory();
    const grantsAll = vi.spyOn(native, 'tryLock').mockReturnValue(true);
    try {
      expect(() => lockDirectory(directory.path, 'serve')).toThrow(
        expect.objectContaining({
          code: 'DIRECTORY_UNUSABLE',
          message: `locks have no effect on the filesystem of \`${directory.file('lock')}\``,
          hint: 'use a data directory on a local disk',
        }),
      );
    } finally {
      grantsAll.mockRestore();
    }
  });

  test.each(['Unknown system error -37', 'ENOTSUP', 'ENOSYS', 'EINVAL'])(
    'is reported as unusable where the filesystem has no locks: %s',
    (code) => {
      using directory = temporaryDirectory();
      const cause = Object.assign(new Error('as a native module throws it'), { code });
      const refuses = vi.spyOn(native, 'tryLock').mockImplementation(() => {
        throw cause;
      });
      onTestFinished(() => refuses.mockRestore());
      const message = `cannot lock \`${directory.path}\`: the filesystem has no locks`;
      const hint = 'use a data directory on a local disk';
      expect(() => lockDirectory(directory.path, 'serve')).toThrow(
        expect.objectContaining({ code: 'DIRECTORY_UNUSABLE', message, hint, cause }),
      );
    },
  );

  test('is known to its holder to be none any more once its file was deleted, replaced or released', () => {
    using directory = temporaryDirectory();
    const lock = lockDirectory(directory.path, 'serve');
    expect(lock.isInPlace()).toBe(true);
    rmSync(directory.file('lock'));
    expect(lock.isInPlace()).toBe(false);
    const next = lockDirectory(directory.path, 'serve');
    expect([lock.isInPlace(), next.isInPlace()]).toEqual([false, true]);
    next.release();
    expect(next.isInPlace()).toBe(false);
    lock.release();
  });

  test('is reported as unusable when the lock file cannot be opened', () => {
    using directory = temporaryDirectory();
    mkdirSync(directory.file('lock'));
    const message = `cannot open \`${directory.file('lock')}\`: it is a directory`;
    const refusal = expect.objectContaining({ code: 'DIRECTORY_UNUSABLE', message });
    expect(() => lockDirectory(directory.path, 'serve')).toThrow(refusal);
  });
});

describe('the seeming holder of a directory', () => {
  const name = (pid: number | undefined) => `process ${pid} on ${hostname()} (serve)`;

  test('is a running process of this host, and nobody once that has ended', async () => {
    using directory = temporaryDirectory();
    using child = await holder(directory.path, hostname());
    expect(seemingHolder(directory.path)).toBe(name(child.pid));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(seemingHolder(directory.path)).toBeUndefined();
  });

  test('may belong to another user', async () => {
    using directory = temporaryDirectory();
    using child = await holder(directory.path, hostname());
    const kill = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('not permitted'), { code: 'EPERM' });
    });
    try {
      expect(seemingHolder(directory.path)).toBe(name(child.pid));
    } finally {
      kill.mockRestore();
    }
  });

  test('is nobody on another host, of whom nothing is known', async () => {
    using directory = temporaryDirectory();
    using _child = await holder(directory.path);
    expect(seemingHolder(directory.path)).toBeUndefined();
  });

  test('is nobody where nobody ever was, and not the process that asks', () => {
    using directory = temporaryDirectory();
    expect(seemingHolder(directory.path)).toBeUndefined();
    const lock = lockDirectory(directory.path, 'serve');
    expect(seemingHolder(directory.path)).toBeUndefined();
    lock.release();
  });
});
