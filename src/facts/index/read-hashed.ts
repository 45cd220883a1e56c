import { createHash } from 'node:crypto';
import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { IndexBytes } from './index-bytes.ts';

/** Bytes read at a time: hashing them holds up the event loop for less than a millisecond. */
const PIECE_BYTES = 2 ** 20;

export interface HashedFile {
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface ReadHashedOptions {
  /** Where the first bytes of the file stay, as many as fit: the very bytes that were hashed. */
  readonly kept?: Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Size and SHA-256 of a file, read once from start to end: each piece while the one before it is hashed. Throws what the
 * system says, or the signal's reason.
 */
export async function readHashed(
  { descriptor }: IndexBytes,
  { kept = NOTHING, signal }: ReadHashedOptions,
): Promise<HashedFile> {
  const hash = createHash('sha256');
  const passing = [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)] as const;
  let isOdd = false;

  async function readPiece(at: number): Promise<Uint8Array> {
    isOdd = !isOdd;
    const target = at < kept.length ? kept.subarray(at, at + PIECE_BYTES) : passing[isOdd ? 1 : 0];
    const { bytesRead } = await readAt(descriptor, target, 0, target.length, at);
    return target.subarray(0, bytesRead);
  }

  let sizeBytes = 0;
  let reading = readPiece(0);
  try {
    for (;;) {
      const piece = await reading;
      signal?.throwIfAborted();
      if (piece.length === 0) return { sizeBytes, sha256: hash.digest('hex') };
      sizeBytes += piece.length;
      reading = readPiece(sizeBytes);
      hash.update(piece);
    }
  } finally {
    // Whoever closes the file next may not do so under a read.
    await reading.catch(() => {});
  }
}

const readAt = promisify(read);
const NOTHING = new Uint8Array(0);
