import { expect, test } from 'vitest';
import { MAX_ARRAY_BYTES } from '../../src/facts/index/byte-source.ts';
import { IndexMemory } from '../../src/sync/index-memory.ts';

const GIB = 2 ** 30;

test.each([
  ['the largest cache that there can be', { residentBytes: MAX_ARRAY_BYTES + 1, memoryBytes: MAX_ARRAY_BYTES }],
  ['more than half of it', { residentBytes: 17 * MAX_ARRAY_BYTES, memoryBytes: MAX_ARRAY_BYTES / 2 + 1 }],
])('an index that is longer than any array lacks nothing with %s, however much memory there is', (_, served) => {
  const memoryBytes = 16 * MAX_ARRAY_BYTES;
  for (const threads of [1, 2]) {
    const memory = new IndexMemory({ memoryBytes, threads }, () => ({ mode: 'paged', ...served }));
    expect(memory.lackingBytes).toBe(undefined);
  }
});

test.each([
  ['what holds it', { residentBytes: 2 * GIB, memoryBytes: GIB }, 2 * GIB],
  ['a larger cache', { residentBytes: 9 * GIB, memoryBytes: GIB / 2 }, 3 * GIB],
])('one that is paged because others had the memory lacks %s', (_, served, lackingBytes) => {
  const memory = new IndexMemory({ memoryBytes: 3 * GIB, threads: 2 }, () => ({ mode: 'paged', ...served }));
  expect(memory.lackingBytes).toBe(lackingBytes);
});

test.each([
  ['paged', 4, GIB / 2],
  ['paged', 1, 3 * GIB],
  ['resident', 4, 3 * GIB],
] as const)('%s data of %i threads leave what these do not hold together: %i bytes', (mode, threads, left) => {
  const served = { mode, memoryBytes: GIB, residentBytes: 9 * GIB };
  expect(new IndexMemory({ memoryBytes: 4 * GIB, threads }, () => served).leftBytes).toBe(left);
});
