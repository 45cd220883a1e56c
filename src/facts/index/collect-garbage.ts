import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let isDue = false;
let collect: (() => void) | undefined;

/** A collection takes milliseconds, in which nothing is answered. */
const WORTH_COLLECTING_BYTES = 16 * 2 ** 20;

/**
 * Collects garbage at the next turn of the event loop, when nothing on the stack holds it any more, if so many bytes are
 * worth it. The engine counts shared memory, but takes its time: three generations of 100 MB, two of them dropped, were
 * seen side by side, which a small container has no room for. There is no other way to give shared memory back.
 */
export function collectGarbageSoon(droppedBytes: number): void {
  if (isDue || droppedBytes < WORTH_COLLECTING_BYTES) return;
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
