import { closeIndexBytes, openIndexBytes } from '../facts/index/index-bytes.ts';
import { type HashedFile, readHashed } from '../facts/index/read-hashed.ts';
import { ioError } from '../snapshot/io-error.ts';

/** Size and SHA-256 of a file, read from its first to its last byte. Throws DIRECTORY_UNUSABLE or the signal's reason. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<HashedFile> {
  try {
    const file = openIndexBytes(path);
    try {
      return await readHashed(file, { signal });
    } finally {
      closeIndexBytes(file);
    }
  } catch (error) {
    throw ioError(error, 'read', path);
  }
}
