import { Header } from 'tar/header';
import { FaultFound } from './fault.ts';
import { MAX_MEMBER_BYTES } from './manifest.ts';

export const TAR_BLOCK_BYTES = 512;

/** The tar ends with two blocks of zeros. */
export const TAR_END_BYTES = 2 * TAR_BLOCK_BYTES;

export type MemberName = 'manifest.json' | 'policy.polar' | 'facts.jsonl';

export interface MemberPlace {
  readonly name: MemberName;
  readonly sizeBytes: number;
  /** Modification time of every member: seconds since the Unix epoch. */
  readonly takenAtSeconds: number;
}

/**
 * The header block of a member: a regular file, mode 0600, owner 0. It is a function of name, size and time, so a
 * reader compares it byte for byte and never interprets one.
 */
export function memberHeader({ name, sizeBytes, takenAtSeconds }: MemberPlace): Buffer {
  const block = Buffer.alloc(TAR_BLOCK_BYTES);
  const header = new Header({
    path: name,
    type: 'File',
    mode: 0o600,
    uid: 0,
    gid: 0,
    size: sizeBytes,
    mtime: new Date(takenAtSeconds * 1000),
  });
  if (header.encode(block)) throw new Error(`${name} does not fit a plain tar header`);
  return block;
}

/**
 * Size and time that the first header claims. The caller must still compare the block with `memberHeader` of them.
 * Throws FaultFound when they are missing.
 */
export function readFirstHeader(block: Buffer): MemberPlace {
  const { size, mtime } = decodeHeader(block);
  const takenAtSeconds = mtime === undefined ? Number.NaN : mtime.getTime() / 1000;
  if (size === undefined || !Number.isSafeInteger(takenAtSeconds) || takenAtSeconds < 0) throw unreadable();
  // What does not fit a plain header is not ours, and `memberHeader` could not print it.
  if (size > MAX_MEMBER_BYTES || takenAtSeconds > MAX_MEMBER_BYTES) throw unreadable();
  return { name: 'manifest.json', sizeBytes: size, takenAtSeconds };
}

function decodeHeader(block: Buffer): Header {
  try {
    return new Header(block);
  } catch (error) {
    // Numbers in base 256 that JavaScript cannot hold.
    throw unreadable(error);
  }
}

function unreadable(cause?: unknown): FaultFound {
  return new FaultFound('archive', 'its first member has no readable tar header', cause);
}

/** Zeros after a member, up to the next block. */
export function paddingBytes(sizeBytes: number): number {
  return (TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
}

/** Bytes of the whole tar that holds members of these sizes. */
export function tarBytes(memberSizes: readonly number[]): number {
  return memberSizes.reduce((sum, size) => sum + TAR_BLOCK_BYTES + size + paddingBytes(size), TAR_END_BYTES);
}
