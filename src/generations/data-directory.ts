import type { Stats } from 'node:fs';
import { mkdir, readdir, realpath, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import { OsoError } from '../errors/oso-error.ts';
import { ioError } from '../snapshot/io-error.ts';
import { syncDirectory } from '../snapshot/replace-file.ts';
import { exists } from './exists.ts';
import { lockDirectory, lockPath } from './lock.ts';

/** Prefix of everything unfinished. Whatever bears it and has no living owner may be deleted. */
export const TEMPORARY_PREFIX = '.tmp-';

export interface DataDirectory {
  /** Absolute, symbolic links resolved. */
  readonly path: string;
  readonly generationsPath: string;
  /** Whether this process holds the lock; nothing in it may be written otherwise. */
  readonly writable: boolean;
  /** What an operator should know, one line each. */
  readonly warnings: readonly string[];
  /** Why it is only looked at, where it was to be written. */
  readonly unwritable?: string | undefined;
  /**
   * Makes and locks the directory again when it was deleted or replaced under its owner; true when it was. Throws what
   * `openDataDirectory` throws, and then the directory is not open for writing until a later call succeeds.
   */
  restore(): Promise<boolean>;
  /** Frees the lock. */
  close(): void;
}

/**
 * Opens a data directory for writing: creates it with mode 0700 when its parent exists, locks it, and removes what dead
 * processes left unfinished. `owner` is the command, for the message that others get.
 * Throws DIRECTORY_LOCKED, DIRECTORY_UNUSABLE or NO_SPACE.
 */
export async function openDataDirectory(path: string, owner: string): Promise<DataDirectory> {
  await createDirectory(path);
  const directory = await locate(path);
  let lock = lockDirectory(directory.path, owner);
  let isOurs = true;
  try {
    await createDirectory(directory.generationsPath);
    await sweep(directory.path);
    await sweep(directory.generationsPath);
  } catch (error) {
    lock.release();
    throw ioError(error, 'write', path);
  }
  return {
    ...directory,
    get writable() {
      return isOurs;
    },
    async restore() {
      const isWhole = lock.isInPlace() && (await exists(directory.generationsPath));
      isOurs = isWhole;
      if (isWhole) return false;
      await createDirectory(directory.path);
      if (!lock.isInPlace()) {
        const lost = lock;
        lock = lockDirectory(directory.path, owner);
        lost.release();
      }
      await createDirectory(directory.generationsPath);
      isOurs = true;
      return true;
    },
    close: () => lock.release(),
  };
}

/**
 * Takes back a directory that was made for nothing, and closes it. Only what `openDataDirectory` puts there goes; with
 * anything else in it, it stays. Best effort.
 */
export async function removeUnused(directory: DataDirectory): Promise<void> {
  try {
    await rmdir(directory.generationsPath);
    await rm(lockPath(directory.path));
    await rmdir(directory.path);
  } catch {
    // Somebody has found a use for it.
  } finally {
    directory.close();
  }
}

/**
 * Looks at a data directory without lock and without writing: for `status`, and to serve from a read-only disk.
 * Throws DIRECTORY_UNUSABLE when there is none.
 */
export async function viewDataDirectory(path: string): Promise<DataDirectory> {
  const view = { ...(await locate(path)), writable: false, close: () => undefined };
  return { ...view, restore: async () => requireWritable(view) };
}

/** Throws DIRECTORY_UNUSABLE for a directory that is only looked at. */
export function requireWritable({ path, writable }: Pick<DataDirectory, 'path' | 'writable'>): boolean {
  if (writable) return true;
  throw new OsoError('DIRECTORY_UNUSABLE', `the data directory is not open for writing: \`${path}\``, {
    hint: 'its disk is read-only, or it belongs to another user or process',
  });
}

async function createDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
    await syncDirectory(dirname(path));
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') return;
    if (code === 'ENOENT') {
      throw new OsoError('DIRECTORY_UNUSABLE', `cannot create \`${path}\`: its parent directory does not exist`, {
        hint: `create \`${dirname(path)}\`, or set OSO_DIRECTORY`,
        cause: error,
      });
    }
    throw ioError(error, 'create', path);
  }
}

async function locate(path: string): Promise<Pick<DataDirectory, 'path' | 'generationsPath' | 'warnings'>> {
  let found: Stats;
  let resolved: string;
  try {
    found = await stat(path);
    resolved = await realpath(path);
  } catch (error) {
    throw ioError(error, 'open', path);
  }
  if (!found.isDirectory()) {
    throw new OsoError('DIRECTORY_UNUSABLE', `\`${path}\` is a file, not a directory`, {
      hint: 'give the path of a directory, or of one to create, with OSO_DIRECTORY',
    });
  }
  const open = (found.mode & 0o077) !== 0;
  const warnings = open
    ? [`other users can look into the data directory \`${resolved}\`; mode 0700 prevents that`]
    : [];
  return { path: resolved, generationsPath: join(resolved, 'generations'), warnings };
}

/** Under the lock there is no other writer, so whatever is unfinished is abandoned. What cannot be removed disturbs nobody. */
async function sweep(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith(TEMPORARY_PREFIX)) continue;
    await rm(join(directory, name), { recursive: true, force: true }).catch(() => undefined);
  }
}
