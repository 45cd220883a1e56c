import { statfs } from 'node:fs/promises';
import { OsoError } from '../errors/oso-error.ts';
import { ioError } from '../snapshot/io-error.ts';

/** Room that data need while they are built: themselves, and the sorted runs they are made from. */
const TIMES = 2;

/** Throws NO_SPACE, naming both numbers, unless the disk of `path` has room for data of this size. DIRECTORY_UNUSABLE when it cannot be asked. */
export async function checkFreeSpace(path: string, expectedBytes: number): Promise<void> {
  const free = await freeBytes(path);
  const needed = TIMES * expectedBytes;
  if (free >= needed) return;
  throw new OsoError('NO_SPACE', `\`${path}\` has ${free} bytes free, but ${needed} are needed`, {
    hint: 'free some space, or use a larger disk: three times the size of the environment is enough',
  });
}

/** Bytes that this user may still write to the disk of `path`; infinite where it has no size. Throws DIRECTORY_UNUSABLE. */
async function freeBytes(path: string): Promise<number> {
  try {
    const { blocks, bavail, bsize } = await statfs(path);
    // Memory without a limit says so, and filesystems of programs that do not tell.
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
  } catch (error) {
    throw ioError(error, 'examine', path);
  }
}
