import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { FaultFound } from './fault.ts';
import { ioError } from './io-error.ts';
import { checkStart, type SnapshotFile, START_BYTES } from './snapshot-file.ts';
import { writeAll } from './write-all.ts';

/** A path, or a stream that is first copied into a nameless file of mode 0600 in `spoolDirectory`. */
export type SnapshotInput = string | { readonly stream: Readable; readonly spoolDirectory: string };

/**
 * Copies a stream to disk, because a snapshot is read twice. The file loses its name at once, so that nothing is left
 * behind however this ends. Throws FaultFound when the stream is empty or does not begin as a snapshot does, NO_SPACE,
 * DIRECTORY_UNUSABLE or the signal's reason.
 */
export async function spoolSnapshot(
  { stream, spoolDirectory }: Exclude<SnapshotInput, string>,
  signal: AbortSignal | undefined,
): Promise<SnapshotFile> {
  const path = join(spoolDirectory, `.tmp-${process.pid}-${randomBytes(6).toString('hex')}`);
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    await unlink(path);
    if (signal) addAbortSignal(signal, stream);
    let sizeBytes = 0;
    let start = Buffer.alloc(0);
    for await (const chunk of chunksOf(stream)) {
      const bytes = Buffer.from(chunk);
      start = Buffer.concat([start, bytes.subarray(0, START_BYTES - start.length)]);
      // At once: anything else may be without end.
      checkStart(start);
      await writeAll(handle, bytes);
      sizeBytes += bytes.length;
    }
    if (sizeBytes === 0) throw new FaultFound('not-a-file', 'it is empty');
    return { name: '-', handle, sizeBytes };
  } catch (error) {
    await handle?.close();
    signal?.throwIfAborted();
    throw ioError(error, 'write', path);
  }
}

/** What goes wrong with the stream is not taken for trouble with the file. */
async function* chunksOf(stream: Readable): AsyncGenerator<string | Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw ioError(error, 'read', '-');
  }
}
