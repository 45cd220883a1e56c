import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import { type DataDirectory, TEMPORARY_PREFIX } from './data-directory.ts';

/**
 * Removes a folder of `generations/`. It gets a temporary name first, so a kill halfway, or a file that cannot be removed,
 * never leaves half a generation under the name of a whole one.
 */
export async function removeFolder(directory: DataDirectory, path: string): Promise<void> {
  const doomed = join(directory.generationsPath, `${TEMPORARY_PREFIX}removing-${basename(path)}`);
  await rm(doomed, { recursive: true, force: true });
  try {
    await rename(path, doomed);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  await rm(doomed, { recursive: true, force: true });
}
