import { constants } from 'node:fs';
import { type FileHandle, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OsoError } from '../errors/oso-error.ts';
import { errnoOf, ioError } from '../snapshot/io-error.ts';
import { lockIfPossible } from '../snapshot/try-lock.ts';

const PREFIX = '.oso-export-';

/** A folder for files that only one run of a command needs. */
export interface WorkingFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a folder in `parent`. Disposing removes it; what cannot be removed is left to the next run. Folders that killed
 * processes left there are removed first: they hold facts, and take much disk. Throws DIRECTORY_UNUSABLE or NO_SPACE.
 */
export async function makeWorkingFolder(parent: string): Promise<WorkingFolder> {
  await removeAbandoned(parent);
  try {
    const path = await mkdtemp(join(parent, PREFIX));
    const handle = await openLockFile(path, constants.O_RDWR | constants.O_CREAT).catch(ignoreGone);
    // Another process took it for abandoned before it had its lock.
    if (handle === undefined) return await makeWorkingFolder(parent);
    lockIfPossible(handle.fd);
    return {
      path,
      async [Symbol.asyncDispose]() {
        await rm(path, { recursive: true, force: true }).catch(() => undefined);
        await handle.close();
      },
    };
  } catch (error) {
    throw folderError(error, parent);
  }
}

/** What a user sees when a folder cannot be written; a folder of somebody else, as containers mount them, gets a hint. */
export function folderError(error: unknown, path: string, userId = process.getuid?.()): unknown {
  const shown = ioError(error, 'write', path);
  if (errnoOf(error) !== 'EACCES' || !(shown instanceof OsoError)) return shown;
  const hint = `this process is user ${userId}: let that user write there, or in a container run as the owner with \`--user "$(id -u):$(id -g)"\``;
  return new OsoError(shown.code, shown.message, { hint, cause: error });
}

/** Best effort: what cannot be removed disturbs nobody. */
async function removeAbandoned(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((entry) => entry.startsWith(PREFIX))) {
    await removeUnlessUsed(join(parent, name)).catch(() => undefined);
  }
}

async function removeUnlessUsed(path: string): Promise<void> {
  if (!(await isInUse(path))) await rm(path, { recursive: true, force: true });
}

/** Where a second lock on the same file is granted, locks mean nothing, and its owner may be alive. */
async function isInUse(path: string): Promise<boolean> {
  await using first = await openLockFile(path, constants.O_RDWR).catch(ignoreGone);
  if (first === undefined) return false;
  await using second = await openLockFile(path, constants.O_RDWR);
  return lockIfPossible(first.fd) !== 'ours' || lockIfPossible(second.fd) === 'ours';
}

function openLockFile(path: string, flags: number): Promise<FileHandle> {
  return open(join(path, 'lock'), flags | constants.O_NOFOLLOW, 0o600);
}

/** For `catch`: a file that is gone is no failure. */
function ignoreGone(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
}
