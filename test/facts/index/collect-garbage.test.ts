import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectGarbageSoon } from '../../../src/facts/index/collect-garbage.ts';

test('frees what nobody holds any more at the next turn, when it is worth it', async () => {
  // Those that were asked for: others come by chance.
  let asked = 0;
  const observer = new PerformanceObserver((list) => {
    const entries: (PerformanceEntry & { readonly detail?: { readonly flags: number } })[] = list.getEntries();
    asked += entries.filter(({ detail }) => detail?.flags === constants.NODE_PERFORMANCE_GC_FLAGS_FORCED).length;
  });
  observer.observe({ entryTypes: ['gc'] });
  const collected: string[] = [];
  const registry = new FinalizationRegistry((name: string) => collected.push(name));
  registry.register(new Uint8Array(1000), 'dropped');
  const kept = new Uint8Array(1000);
  registry.register(kept, 'kept');
  await nextTurn();
  collectGarbageSoon(2 ** 20);
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  expect(asked).toBe(0);
  for (let i = 0; i < 3; i++) collectGarbageSoon(64 * 2 ** 20);
  for (let turn = 0; turn < 1000 && (asked === 0 || collected.length === 0); turn++) await nextTurn();
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  expect(asked).toBe(1);
  expect(collected).toEqual(['dropped']);
  expect(kept.length).toBe(1000);
  observer.disconnect();
});
