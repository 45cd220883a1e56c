import { write } from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf } from '../errors/errno.ts';
import type { Clock } from '../util/clock.ts';

/** Bytes waiting for a reader that does not read; beyond it lines are dropped, requests never wait. */
const MAX_PENDING_BYTES = 1024 * 1024;

/** A full pipe is tried again this much later. */
const TRY_AGAIN_MS = 100;

/** For the last lines, before the process leaves. */
const LAST_WORDS_MS = 1_000;

/**
 * Where log lines go. A reader that is gone, or does not read, holds nothing up: neither requests nor the end, for which
 * the destination of the log library goes on trying for ever.
 */
export interface LogSink {
  write(line: string): void;
  /** Resolves when all is written, or soon. */
  flush(): Promise<void>;
}

export function createLogSink(descriptor: number, clock: Clock): LogSink {
  const queue: Buffer[] = [];
  let pendingBytes = 0;
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    while (queue.length > 0) {
      const bytes = Buffer.concat(queue.splice(0));
      // Whoever read has gone; the next line finds out whether somebody has come.
      await writePatiently(bytes).catch(() => {});
      pendingBytes -= bytes.length;
    }
    working = undefined;
  }

  async function writePatiently(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      try {
        done += (await writeSome(descriptor, bytes, done, bytes.length - done, null)).bytesWritten;
      } catch (error) {
        if (errnoOf(error) !== 'EAGAIN') throw error;
        await clock.sleep(TRY_AGAIN_MS);
      }
    }
  }

  return {
    write(line) {
      if (pendingBytes > MAX_PENDING_BYTES) return;
      const bytes = Buffer.from(line);
      pendingBytes += bytes.length;
      queue.push(bytes);
      working ??= work();
    },
    async flush() {
      const over = new AbortController();
      await Promise.race([working, clock.sleep(LAST_WORDS_MS, over.signal)]).finally(() => over.abort());
    },
  };
}

const writeSome = promisify(write);
