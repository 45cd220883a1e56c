import { constants } from 'node:fs';
import { type FileHandle, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import { OsoError } from '../errors/oso-error.ts';
import { exists } from '../generations/exists.ts';
import { ioError } from '../snapshot/io-error.ts';
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
    const handle = await openLockFile(path).catch(ignoreGone);
    // Where the disk does not say whether it is there, whoever uses it will see.
    const isThere = () => exists(path).catch(() => true);
    const isOurs = handle !== undefined && lockIfPossible(handle.fd) !== 'taken' && (await isThere());
    if (!isOurs) {
      // Another process took it for abandoned before it had its lock.
      await handle?.close();
      return await makeWorkingFolder(parent);
    }
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
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter(({ name }) => name.startsWith(PREFIX))) {
    if (entry.isDirectory()) await removeUnlessUsed(join(parent, entry.name)).catch(() => undefined);
  }
}

/**
 * Its lock is kept until it is gone, so that its owner, who may just have made it, can tell. Where a second lock on the same
 * file is granted, locks mean nothing, and its owner may be alive.
 */
async function removeUnlessUsed(path: string): Promise<void> {
  await using first = await openLockFile(path);
  await using second = await openLockFile(path);
  if (lockIfPossible(first.fd) !== 'ours' || lockIfPossible(second.fd) === 'ours') return;
  await rm(path, { recursive: true, force: true });
}

function openLockFile(path: string): Promise<FileHandle> {
  return open(join(path, 'lock'), constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
}

/** For `catch`: a file that is gone is no failure. */
function ignoreGone(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
}
