import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { collectGarbageSoon, dropShared } from '../../../src/facts/index/collect-garbage.ts';
import { fact } from '../../support/fact-reader-conformance.ts';
import { buildTestIndex } from '../../support/index-files.ts';

const MIB = 2 ** 20;

/** Collections that were asked for: others come by chance. */
let asked = 0;
const observer = new PerformanceObserver((list) => {
  const entries: (PerformanceEntry & { readonly detail?: { readonly flags: number } })[] = list.getEntries();
  asked += entries.filter(({ detail }) => detail?.flags === constants.NODE_PERFORMANCE_GC_FLAGS_FORCED).length;
});
observer.observe({ entryTypes: ['gc'] });

/** What the engine cannot free. */
let held: readonly SharedArrayBuffer[] = [];

/** Nothing lies about of the test before. */
beforeEach(async () => {
  held = [];
  asked = 0;
  collectGarbageSoon(64 * MIB);
  await collectionsSoon();
  asked = 0;
});

function drop(sizes: readonly number[], memoryMib: number): readonly SharedArrayBuffer[] {
  return sizes.map((mib) => {
    const memory = new SharedArrayBuffer(mib * MIB);
    dropShared(memory, memoryMib * MIB);
    return memory;
  });
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn();
}

async function collectionsSoon(): Promise<number> {
  for (let turn = 0; turn < 1000 && asked === 0; turn++) await nextTurn();
  await turns(10);
  return asked;
}

test('frees what nobody holds any more at the next turn, when it is worth it', async () => {
  const collected: string[] = [];
  const registry = new FinalizationRegistry((name: string) => collected.push(name));
  registry.register(new Uint8Array(1000), 'dropped');
  const kept = new Uint8Array(1000);
  registry.register(kept, 'kept');
  await nextTurn();
  collectGarbageSoon(MIB);
  await turns(10);
  expect(asked).toBe(0);
  for (let i = 0; i < 3; i++) collectGarbageSoon(64 * MIB);
  expect(await collectionsSoon()).toBe(1);
  for (let turn = 0; turn < 1000 && collected.length === 0; turn++) await nextTurn();
  expect(collected).toEqual(['dropped']);
  expect(kept.length).toBe(1000);
});

test.each([
  ['an eighth of much memory', 400, [20, 20, 9], 1],
  ['64 MiB of very much', 100_000, [30, 30, 3], 1],
  ['16 MiB of little', 20, [10, 5], 1],
])('collects once %s lies about', async (_what, memoryMib, below, beyond) => {
  held = drop(below, memoryMib);
  await turns(10);
  expect(asked).toBe(0);
  drop([beyond], memoryMib);
  expect(await collectionsSoon()).toBe(1);
  expect(held).toHaveLength(below.length);
});

test('does not count what has been collected since it was dropped', async () => {
  drop([15], 20);
  collectGarbageSoon(64 * MIB);
  expect(await collectionsSoon()).toBe(1);
  asked = 0;
  drop([15], 20);
  await turns(10);
  expect(asked).toBe(0);
});

test('is asked for by a build of many facts, and not by one of few, whatever memory they have', async () => {
  const facts = Array.from({ length: 1_000 }, (_, i) => fact('is_public', ['Repo', `r${i}`]));
  using _few = await buildTestIndex(facts.slice(0, 100), 64 * MIB);
  await turns(10);
  expect(asked).toBe(0);
  using _many = await buildTestIndex(facts, 64 * MIB);
  expect(await collectionsSoon()).toBeGreaterThan(0);
});
