import { writeSync } from 'node:fs';
import { errnoOf } from '../../../errors/errno.ts';
import { OsoError } from '../../../errors/oso-error.ts';

const FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT']);

/** Writes all bytes at a place. Throws NO_SPACE when the disk, or this user's share of it, is full. */
export function writeFully(descriptor: number, bytes: Uint8Array, at: number): void {
  let done = 0;
  while (done < bytes.length) done += writeSome(descriptor, bytes, done, at);
}

function writeSome(descriptor: number, bytes: Uint8Array, done: number, at: number): number {
  try {
    return writeSync(descriptor, bytes, done, bytes.length - done, at + done);
  } catch (cause) {
    if (!FULL.has(errnoOf(cause))) throw cause;
    const hint = 'free some space, or use a larger disk';
    throw new OsoError('NO_SPACE', 'no space is left for the index of the facts', { hint, cause });
  }
}
