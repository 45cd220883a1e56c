import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let isDue = false;
let collect: (() => void) | undefined;

/** A collection takes milliseconds, in which nothing is answered. */
const WORTH_COLLECTING_BYTES = 16 * 2 ** 20;
/** Shared memory that may lie about: in a small container as much, and never more than some generations. */
const MOST_SHARED_BYTES = 64 * 2 ** 20;
/** Of the memory for indexes. */
const SHARE = 8;

/** Shared memory that this thread has let go of, and that was still there when it was last looked. */
let dropped: readonly WeakRef<SharedArrayBuffer>[] = [];

/**
 * Lets go of the shared memory of an index, and collects garbage soon if too much lies about for this memory for indexes.
 * The engine does not count shared memory: three generations of 100 MB, two of them dropped, were seen side by side, which
 * a small container has no room for. There is no other way to give it back. What is little can wait: a thread that is
 * asked much collects in its own time, in small steps.
 */
export function dropShared(memory: SharedArrayBuffer, memoryBytes: number): void {
  const left = [...dropped.flatMap((reference) => reference.deref() ?? []), memory];
  dropped = left.map((each) => new WeakRef(each));
  const bytes = left.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const bearable = Math.min(MOST_SHARED_BYTES, memoryBytes / SHARE);
  if (bytes >= Math.max(WORTH_COLLECTING_BYTES, bearable)) collectSoon();
}

/** Collects garbage at the next turn of the event loop, if so many bytes are worth it. */
export function collectGarbageSoon(droppedBytes: number): void {
  if (droppedBytes >= WORTH_COLLECTING_BYTES) collectSoon();
}

/** By the next turn nothing on the stack holds what was dropped. */
function collectSoon(): void {
  if (isDue) return;
  isDue = true;
  setImmediate(() => {
    isDue = false;
    collect ??= exposeCollector();
    collect();
  }).unref();
}

function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
