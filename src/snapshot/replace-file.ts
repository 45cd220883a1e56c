import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import { OsoError } from '../errors/oso-error.ts';
import { ioError } from './io-error.ts';
import { lockIfPossible } from './try-lock.ts';

export interface ReplaceFileOptions<T> {
  readonly path: string;
  /** Writes the new content through the handle, which is open for reading and writing and holds an empty file. */
  readonly write: (handle: FileHandle) => Promise<T>;
  /** Runs when everything is on disk and nothing is in place yet. Throwing leaves the old file as it was. */
  readonly check?: ((handle: FileHandle, written: T) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts a new file of mode 0600 in the place of `path`, or leaves everything as it was: temporary file in the same
 * directory, write, fsync, check, rename, fsync of the directory. A kill leaves at most a temporary file, which the
 * next replacement in that directory removes. Throws NO_SPACE, DIRECTORY_UNUSABLE, the signal's reason, or what `write`
 * and `check` throw. When the last fsync fails the file is the old or the new one, both whole.
 */
export async function replaceFile<T>(options: ReplaceFileOptions<T>): Promise<T> {
  const path = await resolveTarget(options.path);
  await removeLeftovers(dirname(path));
  const temporary = await createTemporary(path);
  const { handle } = temporary;
  try {
    const written = await options.write(handle);
    await handle.sync();
    await options.check?.(handle, written);
    options.signal?.throwIfAborted();
    await rename(temporary.path, path);
    await syncDirectory(dirname(path));
    return written;
  } catch (error) {
    await unlink(temporary.path).catch(() => undefined);
    throw ioError(error, 'write', options.path);
  } finally {
    await handle.close();
  }
}

/** Makes renames and new names in a directory survive a loss of power. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * What is to be replaced: symbolic links are followed, so that it is the file they point to and not the link. Throws
 * DIRECTORY_UNUSABLE for what is no file.
 */
export async function resolveTarget(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw unusable(path, 'it is a directory');
    if (!found.isFile()) throw unusable(path, 'it is a pipe or device, not a file', '`-` writes to stdout');
    return await realpath(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return path;
    throw ioError(error, 'write', path);
  }
}

function unusable(path: string, why: string, hint?: string): OsoError {
  return new OsoError('DIRECTORY_UNUSABLE', `cannot write \`${path}\`: ${why}`, { hint });
}

/** The same for all names: who exports each day under another one would keep what was left of the days before. */
const TEMPORARY_PREFIX = '.oso-fallback.tmp-';

/**
 * A writer locks its temporary file, so a file that can be locked belongs to nobody. A writer that lost its file in the
 * instant between creating and locking it notices that and makes another one.
 */
async function createTemporary(path: string): Promise<{ readonly path: string; readonly handle: FileHandle }> {
  const temporary = join(dirname(path), `${TEMPORARY_PREFIX}${process.pid}-${randomBytes(6).toString('hex')}`);
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
  const handle = await open(temporary, flags, 0o600).catch((error: unknown) => {
    throw ioError(error, 'write', path);
  });
  const lock = lockIfPossible(handle.fd);
  const exists = await lstat(temporary).then(
    () => true,
    () => false,
  );
  if (exists && lock !== 'taken') return { path: temporary, handle };
  await handle.close();
  return createTemporary(path);
}

/** Best effort: a leftover that cannot be removed disturbs nobody. */
async function removeLeftovers(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((entry) => entry.startsWith(TEMPORARY_PREFIX))) {
    const leftover = join(directory, name);
    const handle = await open(leftover, constants.O_RDWR | constants.O_NOFOLLOW).catch(() => undefined);
    if (handle === undefined) continue;
    if (lockIfPossible(handle.fd) === 'ours') await unlink(leftover).catch(() => undefined);
    await handle.close();
  }
}
