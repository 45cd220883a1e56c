import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectGarbageSoon } from '../../../src/facts/index/collect-garbage.ts';

test('frees what nobody holds any more at the next turn, when it is worth it', async () => {
  const collected: string[] = [];
  const registry = new FinalizationRegistry((name: string) => collected.push(name));
  registry.register(new Uint8Array(1000), 'dropped');
  const kept = new Uint8Array(1000);
  registry.register(kept, 'kept');
  await nextTurn();
  collectGarbageSoon(2 ** 20);
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  expect(collected).toEqual([]);
  for (let i = 0; i < 3; i++) collectGarbageSoon(64 * 2 ** 20);
  for (let turn = 0; turn < 10 && collected.length === 0; turn++) await nextTurn();
  expect(collected).toEqual(['dropped']);
  expect(kept.length).toBe(1000);
});
