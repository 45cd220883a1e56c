import { expect, test } from 'vitest';
import { idCacheBytes } from '../../../src/facts/index/id-cache-bytes.ts';

const MIB = 2 ** 20;
const MANY = 10_000_000;

test.each([
  [0, 1, 1],
  [64 * MIB, 1, 4],
  [64 * MIB, 2, 2],
  [4096 * MIB, 1, 64],
  [4096 * MIB, 2, 32],
  [4096 * MIB, 100, 1],
])('of %i bytes for an index with many ids, each of %i threads takes %i MiB', (memoryBytes, threads, mib) => {
  expect(idCacheBytes(MANY, { memoryBytes, threads })).toBe(mib * MIB);
});

test.each([
  [0, 1],
  [1_000, 1],
  [100_000, 25.94],
])('of much memory, %i ids take %d MiB', (idCount, mib) => {
  expect(idCacheBytes(idCount, { memoryBytes: 4096 * MIB, threads: 1 }) / MIB).toBeCloseTo(mib, 2);
});
