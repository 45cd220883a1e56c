import { expect, test } from 'vitest';
import {
  buildHeapMib,
  buildMemoryBytes,
  indexMemoryBytes,
  memoryLimitBytes,
  replyMemoryBytes,
  roomBytes,
} from '../../src/cli/memory-budget.ts';

const MIB = 1024 * 1024;

test('a container of 256 MB holds an index, the process that serves it and one that builds', () => {
  expect(indexMemoryBytes(256 * MIB)).toBe(112 * MIB);
  expect(buildMemoryBytes(256 * MIB)).toBe(16 * MIB);
});

test('there is always enough to work at all', () => {
  expect(indexMemoryBytes(64 * MIB)).toBe(16 * MIB);
  expect(buildMemoryBytes(64 * MIB)).toBe(16 * MIB);
});

test('a large machine gives the index much and building no more than it can use', () => {
  expect(indexMemoryBytes(64 * 1024 * MIB)).toBeGreaterThan(31 * 1024 * MIB);
  expect(buildMemoryBytes(64 * 1024 * MIB)).toBe(256 * MIB);
});

test('replies that clients do not take have an eighth of the memory, and room for some long ones in any case', () => {
  expect(replyMemoryBytes(64 * MIB)).toBe(32 * MIB);
  expect(replyMemoryBytes(256 * MIB)).toBe(32 * MIB);
  expect(replyMemoryBytes(1024 * MIB)).toBe(128 * MIB);
});

test.each([
  [256, 108, 64],
  [512, 204, 122],
  [1024, 396, 237],
  [64 * 1024, 4144, 512],
  // Without a limit of its own the heap may have all of a container, and then the rest is too little.
  [512, 400, 128],
])('in %i MiB, with a heap of %i, the process that builds has one of %i', (limitMib, ownMib, heapMib) => {
  expect(buildHeapMib(limitMib * MIB, ownMib * MIB)).toBe(heapMib);
});

test('what this process takes already is no room', () => {
  expect(roomBytes(0)).toBeLessThan(-20 * MIB);
  expect(roomBytes(1024 * 1024 * MIB)).toBeGreaterThan(1000 * 1024 * MIB);
});

test('this machine has a limit', () => {
  expect(memoryLimitBytes()).toBeGreaterThan(16 * MIB);
  expect(Number.isSafeInteger(memoryLimitBytes())).toBe(true);
});
