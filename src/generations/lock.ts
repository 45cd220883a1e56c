import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { lstat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import { OsoError } from '../errors/oso-error.ts';
import { ioError } from '../snapshot/io-error.ts';
import { tryLock } from '../snapshot/try-lock.ts';

/** Held until released, or until the process dies in whatever way: the kernel frees it, so there are no stale locks. */
export interface Lock {
  /** Whether what is locked is still at its path: a lock on a file that was deleted or replaced keeps nobody out. */
  isInPlace(): boolean;
  /** May be called again. */
  release(): void;
}

/**
 * Makes this process the only one that may write to a directory. The lock is the kernel's; the text in the file only
 * names its holder, for the message, and is never believed. `owner` is the command, such as `serve`; `setting` is what
 * chooses the directory, for the hint.
 * Throws DIRECTORY_LOCKED, or DIRECTORY_UNUSABLE when the filesystem has no working locks.
 */
export function lockDirectory(directory: string, owner: string, setting = 'OSO_DIRECTORY'): Lock {
  const path = lockPath(directory);
  const fd = openLockFile(path);
  try {
    if (!tryLock(fd)) throw lockedBy(directory, path, setting);
    checkLocksWork(path);
    writeHolder(fd, owner);
  } catch (error) {
    closeSync(fd);
    throw NO_LOCKS.has(errnoOf(error)) ? withoutLocks(directory, error) : ioError(error, 'lock', directory);
  }
  let held = true;
  return {
    isInPlace: () => held && isAt(path, fd),
    release() {
      // A second close could hit a file that got the same number meanwhile.
      if (!held) return;
      held = false;
      forgetHolder(fd);
      closeSync(fd);
    },
  };
}

/** What filesystems without locks answer, those of networks above all. */
const NO_LOCKS: ReadonlySet<string | undefined> = new Set(['ENOLCK', 'ENOTSUP', 'ENOSYS', 'EINVAL']);

const LOCAL_DISK = 'use a data directory on a local disk';

function withoutLocks(directory: string, cause: unknown): OsoError {
  const message = `cannot lock \`${directory}\`: the filesystem has no locks`;
  return new OsoError('DIRECTORY_UNUSABLE', message, { hint: LOCAL_DISK, cause });
}

export function lockPath(directory: string): string {
  return join(directory, 'lock');
}

function openLockFile(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  } catch (error) {
    throw ioError(error, 'open', path);
  }
}

function isAt(path: string, fd: number): boolean {
  try {
    const [held, found] = [fstatSync(fd), lstatSync(path)];
    return held.ino === found.ino && held.dev === found.dev;
  } catch {
    return false;
  }
}

/**
 * Tells data directories apart, whatever the paths that lead to them: device and inode of the lock's file, such as
 * `66304:131`. Null when there is no such file, or the disk does not say.
 */
export async function directoryIdOf(directory: string): Promise<string | null> {
  try {
    const { dev, ino } = await lstat(lockPath(directory), { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/** Some network filesystems grant every lock. Then two nodes would write at once, so better none does. */
function checkLocksWork(path: string): void {
  const second = openSync(path, constants.O_RDWR);
  try {
    if (tryLock(second)) {
      throw new OsoError('DIRECTORY_UNUSABLE', `locks have no effect on the filesystem of \`${path}\``, {
        hint: LOCAL_DISK,
      });
    }
  } finally {
    closeSync(second);
  }
}

/** Only a hint: a full disk must not keep a node from serving what it has. */
function writeHolder(fd: number, owner: string): void {
  try {
    ftruncateSync(fd);
    writeSync(fd, `${JSON.stringify({ pid: process.pid, host: hostname(), command: owner })}\n`, 0);
  } catch {
    // The lock holds without it.
  }
}

/** Otherwise whoever gets the number of this process next would seem to have it: in a container, the first one always. */
function forgetHolder(fd: number): void {
  try {
    ftruncateSync(fd);
  } catch {
    // The name was never believed.
  }
}

function lockedBy(directory: string, path: string, setting: string): OsoError {
  return new OsoError('DIRECTORY_LOCKED', `the data directory \`${directory}\` is in use${describeHolder(path)}`, {
    hint: `stop that process, or give this one another data directory with ${setting}`,
  });
}

/** Empty when the hint cannot be read: its writer may be just starting. */
function describeHolder(path: string): string {
  const holder = readHolder(path);
  return holder === undefined ? '' : ` by ${nameOf(holder)}`;
}

/**
 * The process of this host that named itself in the lock of a directory and still runs, such as `process 17 on host (serve)`.
 * A hint: the lock is not tried, because a node that starts in that moment would find it taken.
 */
export function seemingHolder(directory: string): string | undefined {
  const holder = readHolder(lockPath(directory));
  const isHere = holder !== undefined && holder.host === hostname() && holder.pid !== process.pid;
  return isHere && isRunning(holder.pid) ? nameOf(holder) : undefined;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
}

function readHolder(path: string): Holder | undefined {
  try {
    // A pipe would be waited for.
    if (!statSync(path).isFile()) return undefined;
    const holder: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof holder !== 'object' || holder === null) return undefined;
    const { pid, host, command } = holder as { pid?: unknown; host?: unknown; command?: unknown };
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof command !== 'string') return undefined;
    return { pid, host, command };
  } catch {
    return undefined;
  }
}

function nameOf({ pid, host, command }: Holder): string {
  return `process ${pid} on ${host} (${command})`;
}

/** Of another user too. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
