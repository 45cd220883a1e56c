import { stat } from 'node:fs/promises';
import { errnoOf } from '../errors/errno.ts';
import { ioError } from '../snapshot/io-error.ts';

/** Whether something is at a path. Throws DIRECTORY_UNUSABLE when the disk does not say. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw ioError(error, 'examine', path);
  }
}
