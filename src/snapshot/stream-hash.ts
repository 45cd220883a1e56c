import { createHash } from 'node:crypto';
import { HashThread } from './hash-thread.ts';

/** SHA-256 of bytes that come one after the other. Its owner disposes it. */
export interface StreamHash extends Disposable {
  /** Resolves when there is room for more; the bytes may change afterwards. */
  update(bytes: Uint8Array): Promise<void> | undefined;
  /** 64 lower-case hex digits. Ends the hash. */
  digest(): Promise<string>;
}

/** Some 20 ms of hashing: below that a thread would take longer to start. */
const LEAST_THREAD_BYTES = 32 * 1024 * 1024;

/** Hashes much data in a thread of its own, beside whoever makes them. `expectedBytes` need not be true. */
export function createStreamHash(expectedBytes: number): StreamHash {
  return expectedBytes >= LEAST_THREAD_BYTES ? new HashThread() : createHashHere();
}

/** Hashes in this thread: for work that lasts so long that a thread would cost more than it brings. */
export function createHashHere(): StreamHash {
  const hash = createHash('sha256');
  return {
    update(bytes) {
      hash.update(bytes);
      return undefined;
    },
    digest: () => Promise.resolve(hash.digest('hex')),
    [Symbol.dispose]: () => {},
  };
}
