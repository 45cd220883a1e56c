import { createHash } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HashThread } from '../../src/snapshot/hash-thread.ts';
import { createStreamHash } from '../../src/snapshot/stream-hash.ts';

const MIB = 1024 * 1024;
const plain = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Bytes without a period that a mistake in a ring of slots could hide behind. */
function someBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 2_654_435_761) >>> 13;
  return bytes;
}

async function hashInParts(hash: ReturnType<typeof createStreamHash>, bytes: Buffer, partBytes: number) {
  // The same buffer every time: what was handed over may change.
  const part = Buffer.alloc(partBytes);
  for (let at = 0; at < bytes.length; at += partBytes) {
    const length = bytes.copy(part, 0, at, at + partBytes);
    await hash.update(part.subarray(0, length));
  }
  part.fill(0);
  return await hash.digest();
}

/** Resolves when the next thread that starts is dead. */
function killNextThread(): Promise<void> {
  return new Promise((resolve) =>
    process.once('worker', (worker: Worker) => resolve(worker.terminate().then(() => {}))),
  );
}

describe('a hash in a thread of its own is that of the same bytes', () => {
  const bytes = someBytes(6 * MIB);
  test.each([0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 2 * MIB, 2 * MIB + 1, 5 * MIB])(
    'when there are %i',
    async (length) => {
      using hash = new HashThread();
      expect(await hashInParts(hash, bytes.subarray(0, length), 100_000)).toBe(plain(bytes.subarray(0, length)));
    },
  );

  test('when one part is larger than all slots together', async () => {
    using hash = new HashThread();
    expect(await hashInParts(hash, bytes, bytes.length)).toBe(plain(bytes));
  });

  test('wherever they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: bytes.length }),
        fc.integer({ min: 50_000, max: 3_000_000 }),
        async (length, partBytes) => {
          using hash = new HashThread();
          expect(await hashInParts(hash, bytes.subarray(0, length), partBytes)).toBe(plain(bytes.subarray(0, length)));
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a thread that dies', () => {
  test('fails whoever waits for room, and whoever waits for the digest', async () => {
    const killed = killNextThread();
    using hash = new HashThread();
    await killed;
    const died = { message: 'the thread that hashes has died' };
    await expect((async () => await hash.update(someBytes(1)))()).rejects.toMatchObject(died);
    await expect(hash.digest()).rejects.toMatchObject(died);
  });

  test('fails who was waiting already', async () => {
    const killed = killNextThread();
    using hash = new HashThread();
    const waiting = expect(hash.digest()).rejects.toThrow('the thread that hashes has died');
    await killed;
    await waiting;
  });
});

test('only much data get a thread', async () => {
  let started = 0;
  const count = () => started++;
  process.on('worker', count);
  for (const [expectedBytes, threads] of [
    [32 * MIB - 1, 0],
    [32 * MIB, 1],
  ] as const) {
    using hash = createStreamHash(expectedBytes);
    expect(await hashInParts(hash, Buffer.from('abc'), 2)).toBe(plain(Buffer.from('abc')));
    expect(started).toBe(threads);
  }
  process.off('worker', count);
});
