import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { ioError } from '../snapshot/io-error.ts';

const READ_BYTES = 4 * 1024 * 1024;

/** Size and SHA-256 of a file, read from its first to its last byte. Throws DIRECTORY_UNUSABLE or the signal's reason. */
export async function hashFile(
  path: string,
  signal?: AbortSignal,
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  try {
    await using file = await open(path, 'r');
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    let sizeBytes = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, sizeBytes);
      if (bytesRead === 0) return { sizeBytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      sizeBytes += bytesRead;
    }
  } catch (error) {
    throw ioError(error, 'read', path);
  }
}
