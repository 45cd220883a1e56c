import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { OsoError } from '../errors/oso-error.ts';
import { ioError } from '../snapshot/io-error.ts';
import { syncDirectory } from '../snapshot/replace-file.ts';
import { type DataDirectory, TEMPORARY_PREFIX } from './data-directory.ts';
import { type GenerationEntry, listQuarantined, quarantinePath } from './list-generations.ts';

/** Quarantined generations that are kept for a look; they cost disk. */
const KEEP = 1;

/** True for damage that stays. A disk that gives no answer or another environment is no reason to put data aside. */
export function isDamage(error: unknown): boolean {
  return error instanceof OsoError && (error.code === 'INDEX_INVALID' || error.code === 'POLICY_INVALID');
}

/**
 * Takes a damaged generation out of the way by renaming its folder. Whoever has it open keeps reading.
 * Throws DIRECTORY_UNUSABLE or NO_SPACE; a plain Error without the lock.
 */
export async function quarantine(directory: DataDirectory, entry: GenerationEntry): Promise<void> {
  if (!directory.writable) throw new Error('the data directory is not open for writing');
  try {
    await removeFolder(directory, quarantinePath(directory, entry.id));
    await rename(entry.path, quarantinePath(directory, entry.id));
    const old = (await listQuarantined(directory)).filter(({ id }) => id !== entry.id).slice(KEEP - 1);
    for (const { path } of old) await removeFolder(directory, path);
    await syncDirectory(directory.generationsPath);
  } catch (error) {
    throw ioError(error, 'quarantine', entry.path);
  }
}

/** Removes a folder of `generations/`. A kill halfway leaves a temporary name, never half a generation. */
export async function removeFolder(directory: DataDirectory, path: string): Promise<void> {
  const doomed = join(directory.generationsPath, `${TEMPORARY_PREFIX}removing`);
  await rm(doomed, { recursive: true, force: true });
  try {
    await rename(path, doomed);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  await rm(doomed, { recursive: true, force: true });
}
