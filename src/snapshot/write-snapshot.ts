import type { FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { OsoError } from '../errors/oso-error.ts';
import { encodeSnapshot, type PreparedSnapshot, prepareSnapshot, type SnapshotContent } from './encode-snapshot.ts';
import { FaultFound } from './fault.ts';
import { errnoOf, ioError } from './io-error.ts';
import type { SnapshotManifest } from './manifest.ts';
import { replaceFile } from './replace-file.ts';
import { verifyOpenFile } from './verify-snapshot.ts';
import { writeAll } from './write-all.ts';
import { DEFAULT_LEVEL } from './zstd.ts';

export interface WriteSnapshotOptions {
  /** zstd level 1–19; 3 when not given. */
  readonly level?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `write` counts bytes of the unpacked archive, `check` bytes of the file read back. */
  readonly progress?: ((stage: 'write' | 'check', doneBytes: number, totalBytes: number) => void) | undefined;
}

export interface WrittenSnapshot {
  readonly manifest: SnapshotManifest;
  /** Of the whole file. */
  readonly sizeBytes: number;
}

/**
 * Writes one snapshot in constant memory. To a path: only when the whole file was read back from disk and verified does
 * it take its name, and after any failure or abort the old file is as it was. To a stream: what arrived is complete only
 * if this resolves; the stream is left open, and nothing is read back.
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

function writeFile(path: string, prepared: PreparedSnapshot, options: WriteSnapshotOptions): Promise<number> {
  return replaceFile({
    path,
    signal: options.signal,
    write: async (handle) => {
      let sizeBytes = 0;
      for await (const chunk of encode(prepared, options)) {
        await writeAll(handle, chunk);
        sizeBytes += chunk.length;
      }
      return sizeBytes;
    },
    check: (handle, sizeBytes) => readBack({ path, handle, sizeBytes, prepared, options }),
  });
}

interface ReadBack {
  readonly path: string;
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  readonly prepared: PreparedSnapshot;
  readonly options: WriteSnapshotOptions;
}

async function readBack({ path, handle, sizeBytes, prepared, options }: ReadBack): Promise<void> {
  const { signal, progress } = options;
  // Both passes count to the size of the file; one bar runs through both.
  const onBytes =
    progress &&
    ((stage: 'digest' | 'content', done: number, total: number) =>
      progress('check', stage === 'digest' ? done : total + done, 2 * total));
  try {
    const verdict = await verifyOpenFile({ name: path, handle, sizeBytes }, { signal, progress: onBytes });
    if (!verdict.ok) throw readBackFailed(path, verdict.faults.map(({ message }) => message).join('; '));
    if (verdict.manifest.contentDigest !== prepared.manifest.contentDigest) {
      throw readBackFailed(path, 'it holds other content than was written');
    }
  } catch (error) {
    if (error instanceof FaultFound) throw readBackFailed(path, error.fault.message, error);
    throw error;
  }
}

function readBackFailed(path: string, message: string, cause?: unknown): OsoError {
  return new OsoError('SNAPSHOT_INVALID', `\`${path}\` was written but cannot be read back: ${message}`, {
    hint: 'nothing was replaced; check the disk and try again',
    cause,
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
  let sizeBytes = 0;
  for await (const chunk of encode(prepared, options)) {
    await writeChunk(stream, chunk, options.signal);
    sizeBytes += chunk.length;
  }
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
  return encodeSnapshot(prepared, { level, signal, progress: onBytes });
}
