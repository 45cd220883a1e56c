import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { HashedFile } from '../facts/index/read-hashed.ts';
import { sha256Hex } from '../snapshot/content-digest.ts';
import { ioError } from '../snapshot/io-error.ts';
import { readRegularFile } from '../snapshot/read-regular-file.ts';
import type { GenerationMetadata } from './generation.ts';
import { hashFile } from './hash-file.ts';

/** The policy of a folder, intact. Throws INDEX_INVALID or DIRECTORY_UNUSABLE. */
export async function readPolicy(folder: string, metadata: GenerationMetadata): Promise<string> {
  const path = join(folder, 'policy.polar');
  const bytes = await readRegularFile(path).catch((error: unknown) => {
    throw errnoOf(error) === 'ENOENT' ? damaged(path, 'it is missing', error) : ioError(error, 'read', path);
  });
  if (sha256Hex(bytes) !== metadata.policySha256) throw damaged(path, 'its bytes do not match their SHA-256');
  if (!isUtf8(bytes)) throw damaged(path, 'it is not UTF-8');
  return bytes.toString('utf8');
}

/** Hashes the whole index of a folder. Throws INDEX_INVALID, DIRECTORY_UNUSABLE or the signal's reason. */
export async function checkIndexFile(
  folder: string,
  metadata: GenerationMetadata,
  signal?: AbortSignal,
): Promise<void> {
  await readIndex(folder, async (path) => checkHashed(path, await hashFile(path, signal), metadata));
}

/** Throws INDEX_INVALID unless these are the size and the digest that the metadata tell. */
export function checkHashed(path: string, { sizeBytes, sha256 }: HashedFile, metadata: GenerationMetadata): void {
  if (sizeBytes !== metadata.indexBytes) {
    throw damaged(path, `it has ${sizeBytes} bytes instead of ${metadata.indexBytes}`);
  }
  if (sha256 !== metadata.indexSha256) throw damaged(path, 'its bytes do not match their SHA-256');
}

/** Reads the index of a folder. A file that is missing is damage; a disk that does not answer says nothing about it. */
export async function readIndex<T>(folder: string, read: (path: string) => Promise<T>): Promise<T> {
  const path = join(folder, 'facts.index');
  try {
    return await read(path);
  } catch (error) {
    const failure = ioError(error, 'read', path);
    throw isMissing(failure) ? damaged(path, 'it is missing', failure) : failure;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof OsoError && errnoOf(error.cause) === 'ENOENT';
}

/** INDEX_INVALID for a file of a generation that is missing or has the wrong bytes. */
export function damaged(path: string, why: string, cause?: unknown): OsoError {
  return new OsoError('INDEX_INVALID', `\`${path}\` is damaged: ${why}`, { cause });
}
