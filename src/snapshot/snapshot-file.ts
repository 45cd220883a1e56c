import { createHash, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FaultFound } from './fault.ts';
import { ioError } from './io-error.ts';
import { digestInTrailer, TRAILER_BYTES } from './trailer.ts';

const READ_BYTES = 1024 * 1024;
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
/** So many bytes tell a snapshot from most other files. */
export const START_BYTES = ZSTD_MAGIC.length;

/** Bytes done of a known total, now and then. */
export type ByteProgress = (doneBytes: number, totalBytes: number) => void;

/** A snapshot file through one descriptor: whoever replaces the file meanwhile changes nothing. Its owner closes it. */
export interface SnapshotFile {
  /** What messages call it. */
  readonly name: string;
  readonly handle: FileHandle;
  /** Of the whole file, trailer included. */
  readonly sizeBytes: number;
}

/**
 * Opens a file for reading. A symbolic link is followed. Throws FaultFound when it is no regular file or is empty,
 * DIRECTORY_UNUSABLE when it cannot be opened or examined.
 */
export async function openSnapshotFile(path: string): Promise<SnapshotFile> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK a pipe without a writer would hang here.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw ioError(error, 'open', path);
  }
  try {
    return { name: path, handle, sizeBytes: await regularSize(handle) };
  } catch (error) {
    await handle.close();
    throw ioError(error, 'examine', path);
  }
}

/**
 * Pass one: hashes everything before the trailer and compares, before any parser has seen a byte. Returns the digest.
 * Throws FaultFound (`not-a-snapshot`, `truncated`, `damaged`), DIRECTORY_UNUSABLE or the signal's reason.
 */
export async function checkDigest(
  file: SnapshotFile,
  options: { readonly signal?: AbortSignal | undefined; readonly progress?: ByteProgress | undefined } = {},
): Promise<Buffer> {
  const bodyBytes = file.sizeBytes - TRAILER_BYTES;
  const digest = digestInTrailer(await readAt(file, Math.max(0, bodyBytes), TRAILER_BYTES));
  if (digest === undefined) throw await withoutTrailer(file);
  const hash = createHash('sha256');
  for await (const chunk of readBody(file, options.signal)) {
    hash.update(chunk.bytes);
    options.progress?.(chunk.end, bodyBytes);
  }
  if (!timingSafeEqual(hash.digest(), digest)) {
    throw new FaultFound('damaged', 'its bytes do not match the SHA-256 at its end: it was changed or damaged');
  }
  return digest;
}

/**
 * Everything before the trailer, in chunks that are valid until the next one is asked for; `end` counts bytes so far.
 * Throws FaultFound when the file has become shorter, DIRECTORY_UNUSABLE or the signal's reason.
 */
export async function* readBody(
  file: SnapshotFile,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly bytes: Buffer; readonly end: number }, void, undefined> {
  const bodyBytes = file.sizeBytes - TRAILER_BYTES;
  const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, bodyBytes));
  for (let at = 0; at < bodyBytes; ) {
    signal?.throwIfAborted();
    const bytesRead = await readSome(file, buffer.subarray(0, bodyBytes - at), at);
    if (bytesRead === 0) throw new FaultFound('truncated', 'it became shorter while it was being read');
    at += bytesRead;
    yield { bytes: buffer.subarray(0, bytesRead), end: at };
  }
}

async function regularSize(handle: FileHandle): Promise<number> {
  const stat = await handle.stat();
  if (stat.isDirectory()) throw new FaultFound('not-a-file', 'it is a directory, not a snapshot file');
  if (!stat.isFile()) throw new FaultFound('not-a-file', 'it is a pipe or device, not a snapshot file');
  if (stat.size === 0) throw new FaultFound('not-a-file', 'it is empty');
  return stat.size;
}

/** Throws FaultFound when no snapshot begins with these bytes. */
export function checkStart(start: Buffer): void {
  if (!start.equals(ZSTD_MAGIC.subarray(0, start.length))) throw noSnapshot();
}

async function withoutTrailer(file: SnapshotFile): Promise<FaultFound> {
  const start = await readAt(file, 0, START_BYTES);
  if (!start.equals(ZSTD_MAGIC)) return noSnapshot();
  return new FaultFound(
    'truncated',
    'the mark at its end is missing: it was cut short, or something was appended to it',
  );
}

function noSnapshot(): FaultFound {
  return new FaultFound('not-a-snapshot', 'it is not a snapshot');
}

async function readAt(file: SnapshotFile, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let have = 0;
  for (let got = -1; have < length && got !== 0; have += got) {
    got = await readSome(file, buffer.subarray(have), position + have);
  }
  return buffer.subarray(0, have);
}

async function readSome(file: SnapshotFile, buffer: Buffer, position: number): Promise<number> {
  try {
    return (await file.handle.read(buffer, 0, buffer.length, position)).bytesRead;
  } catch (error) {
    throw ioError(error, 'read', file.name);
  }
}
