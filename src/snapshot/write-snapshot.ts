import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { errnoOf } from '../errors/errno.ts';
import { OsoError } from '../errors/oso-error.ts';
import {
  encodeBody,
  type PreparedSnapshot,
  prepareSnapshot,
  type SnapshotContent,
  unpackedBytes,
} from './encode-snapshot.ts';
import { FaultFound } from './fault.ts';
import { ioError } from './io-error.ts';
import type { SnapshotManifest } from './manifest.ts';
import { ArchiveReader, maxUnpackedBytes } from './read-archive.ts';
import { replaceFile } from './replace-file.ts';
import { checkDigest } from './snapshot-file.ts';
import { makeTrailer } from './trailer.ts';
import { writeAll } from './write-all.ts';
import { DEFAULT_LEVEL } from './zstd.ts';

export interface WriteSnapshotOptions {
  /** zstd level 1–19; 3 when not given. */
  readonly level?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `write` counts bytes of the unpacked archive, `check` those of the file that are read back. */
  readonly progress?: ((stage: 'write' | 'check', doneBytes: number, totalBytes: number) => void) | undefined;
}

export interface WrittenSnapshot {
  readonly manifest: SnapshotManifest;
  /** Of the whole file. */
  readonly sizeBytes: number;
}

/**
 * Writes one snapshot in constant memory. To a path: every byte is verified as it is written, and only when the whole
 * file was read back from disk and has the same bytes does it take its name; after any failure or abort the old file is
 * as it was. To a stream: what arrived is complete only if this resolves; the stream is left open, and nothing is read
 * back.
 *
 * Throws NO_SPACE, DIRECTORY_UNUSABLE, INDEX_INVALID when the facts are not those of the summary, SNAPSHOT_INVALID when
 * the content does not fit the format or the read-back fails, or the signal's reason.
 */
export async function writeSnapshot(
  target: string | Writable,
  content: SnapshotContent,
  options: WriteSnapshotOptions = {},
): Promise<WrittenSnapshot> {
  options.signal?.throwIfAborted();
  const prepared = prepareSnapshot(content);
  const sizeBytes =
    typeof target === 'string'
      ? await writeFile(target, prepared, options)
      : await writeStream(target, prepared, options);
  return { manifest: prepared.manifest, sizeBytes };
}

async function writeFile(path: string, prepared: PreparedSnapshot, options: WriteSnapshotOptions): Promise<number> {
  const { signal, progress } = options;
  const onBytes = progress && ((done: number, total: number) => progress('check', done, total));
  const { sizeBytes } = await replaceFile({
    path,
    signal,
    write: (handle) => writeVerified(handle, prepared, options),
    check: async (handle, written) => {
      const digest = await checkDigest(
        { name: path, handle, sizeBytes: written.sizeBytes },
        { signal, progress: onBytes },
      );
      if (!digest.equals(written.digest)) throw new FaultFound('damaged', 'it has other bytes than were written');
    },
  }).catch((error: unknown) => {
    throw error instanceof FaultFound ? readBackFailed(path, error) : error;
  });
  return sizeBytes;
}

interface Written {
  /** Of the whole file. */
  readonly sizeBytes: number;
  /** SHA-256 of the bytes that were verified: all before the trailer. */
  readonly digest: Buffer;
}

/**
 * Unpacks and checks what it writes, as any reader would, while the threads of zstd compress what comes next. Throws
 * FaultFound when that is no snapshot of this content.
 */
async function writeVerified(
  handle: FileHandle,
  prepared: PreparedSnapshot,
  options: WriteSnapshotOptions,
): Promise<Written> {
  let bodyBytes = 0;
  async function* written(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of encode(prepared, options)) {
      await writeAll(handle, chunk);
      bodyBytes += chunk.length;
      yield chunk;
    }
  }
  const digest = await verifyBody(written(), prepared);
  const trailer = makeTrailer(digest);
  await writeAll(handle, trailer);
  const sizeBytes = bodyBytes + trailer.length;
  if (unpackedBytes(prepared) > maxUnpackedBytes(sizeBytes)) {
    throw new FaultFound('compression', 'it unpacks to more bytes than a reader allows');
  }
  return { sizeBytes, digest };
}

async function verifyBody(packed: AsyncIterable<Buffer>, prepared: PreparedSnapshot): Promise<Buffer> {
  const { manifest } = prepared;
  const archive = new ArchiveReader(packed, unpackedBytes(prepared));
  try {
    await archive.expectManifest(manifest);
    await archive.soundPolicy(manifest);
    await archive.checkFacts(manifest);
    return await archive.end();
  } finally {
    await archive.close();
  }
}

function readBackFailed(path: string, found: FaultFound): OsoError {
  return new OsoError('SNAPSHOT_INVALID', `\`${path}\` was written but cannot be read back: ${found.fault.message}`, {
    hint: 'nothing was replaced; check the disk and try again',
    cause: found,
  });
}

async function writeStream(
  stream: Writable,
  prepared: PreparedSnapshot,
  options: WriteSnapshotOptions,
): Promise<number> {
  // Each write reports its own failure; without a listener the event would end the process.
  const alreadyReported = () => undefined;
  stream.on('error', alreadyReported);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const write = async (chunk: Buffer) => {
    await writeChunk(stream, chunk, options.signal);
    sizeBytes += chunk.length;
  };
  // One chunk is on its way while the next is made; a failure is thrown before that one is written.
  let writing = Promise.resolve();
  for await (const chunk of encode(prepared, options)) {
    hash.update(chunk);
    await writing;
    writing = write(chunk);
    writing.catch(alreadyReported);
  }
  await writing;
  await write(makeTrailer(hash.digest()));
  stream.off('error', alreadyReported);
  return sizeBytes;
}

/** Waits until the stream has passed the chunk on, so memory does not grow with a slow reader. */
function writeChunk(stream: Writable, chunk: Buffer, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    stream.write(chunk, (error) => {
      signal?.removeEventListener('abort', onAbort);
      if (error) reject(streamError(error));
      else resolve();
    });
  });
}

function streamError(error: Error): unknown {
  if (errnoOf(error) !== undefined) return ioError(error, 'write', '-');
  return new OsoError('DIRECTORY_UNUSABLE', 'cannot write `-`: the stream was closed', { cause: error });
}

function encode(prepared: PreparedSnapshot, { level = DEFAULT_LEVEL, signal, progress }: WriteSnapshotOptions) {
  const onBytes = progress && ((done: number, total: number) => progress('write', done, total));
  return encodeBody(prepared, { level, signal, progress: onBytes });
}
