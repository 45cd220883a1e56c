import { rename } from 'node:fs/promises';
import { OsoError } from '../errors/oso-error.ts';
import { ioError } from '../snapshot/io-error.ts';
import { syncDirectory } from '../snapshot/replace-file.ts';
import { type DataDirectory, requireWritable } from './data-directory.ts';
import { type GenerationEntry, generationPath, quarantinePath } from './list-generations.ts';
import { removeFolder } from './remove-folder.ts';

/** True for damage that stays. A disk that gives no answer or another environment is no reason to put data aside. */
export function isDamage(error: unknown): boolean {
  return error instanceof OsoError && (error.code === 'INDEX_INVALID' || error.code === 'POLICY_INVALID');
}

/**
 * Takes a damaged generation out of the way by renaming its folder. Whoever has it open keeps reading. Nothing is lost:
 * it is tried again when nothing else is left, because the fault may have been in the program.
 * Throws DIRECTORY_UNUSABLE or NO_SPACE.
 */
export async function quarantine(directory: DataDirectory, entry: GenerationEntry): Promise<void> {
  requireWritable(directory);
  try {
    await removeFolder(directory, quarantinePath(directory, entry.id));
    await rename(entry.path, quarantinePath(directory, entry.id));
    await syncDirectory(directory.generationsPath);
  } catch (error) {
    throw ioError(error, 'quarantine', entry.path);
  }
}

/** Gives a quarantined generation its name back. Throws DIRECTORY_UNUSABLE or NO_SPACE. */
export async function release(directory: DataDirectory, entry: GenerationEntry): Promise<void> {
  requireWritable(directory);
  try {
    await rename(entry.path, generationPath(directory, entry.id));
    await syncDirectory(directory.generationsPath);
  } catch (error) {
    throw ioError(error, 'release', entry.path);
  }
}
