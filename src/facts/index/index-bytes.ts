import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { damaged } from './damaged.ts';

/** An open file and its size when it was opened. */
export interface IndexBytes {
  readonly descriptor: number;
  readonly sizeBytes: number;
}

export function openIndexBytes(path: string): IndexBytes {
  // Otherwise a pipe without a writer would be waited for.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { descriptor, sizeBytes: fstatSync(descriptor).size };
}

export function closeIndexBytes(file: IndexBytes): void {
  closeSync(file.descriptor);
}

/** Fills `target` with the bytes at a place. Throws INDEX_INVALID when the file ends before, or cannot be read. */
export function readFully(file: IndexBytes, target: Uint8Array, at: number): void {
  let done = 0;
  while (done < target.length) {
    const count = readSome(file, target, done, at);
    if (count === 0) throw damaged(`it ends before byte ${at + target.length}`);
    done += count;
  }
}

function readSome(file: IndexBytes, target: Uint8Array, done: number, at: number): number {
  try {
    return readSync(file.descriptor, target, done, Math.min(target.length - done, MOST_BYTES), at + done);
  } catch (cause) {
    throw damaged(`byte ${at + done} cannot be read`, cause);
  }
}

/** One call to the system reads at most 2 GiB; arbitrary below that. */
const MOST_BYTES = 2 ** 30;
