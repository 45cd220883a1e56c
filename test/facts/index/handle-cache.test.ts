import { describe, expect, test } from 'vitest';
import { HandleCache, NOT_KEPT } from '../../../src/facts/index/handle-cache.ts';
import { hashBytes } from '../../../src/facts/index/hash-id.ts';
import { IdKey } from '../../../src/facts/index/id-key.ts';
import { Random } from '../../support/random.ts';

function keyOf(type: number, id: string): IdKey {
  const key = new IdKey();
  if (!key.set(type, id)) throw new Error(`no fact can hold ${id}`);
  return key;
}

describe('HandleCache', () => {
  test('keeps an id when it is asked for a second time, -1 included', () => {
    const cache = new HandleCache(4096);
    for (const [id, handle] of [
      ['alice', 7],
      ['nobody', -1],
    ] as const) {
      cache.add(keyOf(1, id), handle);
      expect(cache.find(keyOf(1, id))).toBe(NOT_KEPT);
      cache.add(keyOf(1, id), handle);
      expect(cache.find(keyOf(1, id))).toBe(handle);
    }
  });

  test('keeps apart equal ids of two types, and does not keep ids that have no room', () => {
    const cache = new HandleCache(4096);
    const long = 'x'.repeat(57);
    for (let time = 0; time < 2; time++) {
      cache.add(keyOf(1, 'a'), 7);
      cache.add(keyOf(1, long), 8);
    }
    expect(cache.find(keyOf(2, 'a'))).toBe(NOT_KEPT);
    expect(cache.find(keyOf(1, long))).toBe(NOT_KEPT);
    expect(cache.find(keyOf(1, 'x'.repeat(56)))).toBe(NOT_KEPT);
  });

  test('tells ids apart whose hashes are made equal', () => {
    const cache = new HandleCache(1);
    const first = keyOf(1, 'abcd-one');
    const second = keyOf(1, 'abcd-two');
    second.hash = first.hash;
    for (let time = 0; time < 2; time++) cache.add(first, 7);
    expect(cache.find(second)).toBe(NOT_KEPT);
    cache.add(second, 8);
    expect(cache.find(second)).toBe(8);
    expect(cache.find(first)).toBe(NOT_KEPT);
  });

  test('is never wrong, however small', () => {
    const random = new Random(11);
    for (const sizeBytes of [0, 500, 5000]) {
      const cache = new HandleCache(sizeBytes);
      let hits = 0;
      for (let round = 0; round < 20_000; round++) {
        const number = random.below(8) === 0 ? random.below(200) : random.below(8);
        const key = keyOf(number % 3, `${number}`.padStart(1 + (number % 60), '0'));
        const found = cache.find(key);
        if (found === NOT_KEPT) cache.add(key, number);
        else {
          hits++;
          expect(found).toBe(number);
        }
      }
      expect(hits).toBeGreaterThan(0);
    }
  });
});

describe('IdKey', () => {
  test('hashes words as hashBytes hashes bytes, whatever id it held before', () => {
    const key = new IdKey();
    for (const id of ['a-much-longer-id-than-the-next', 'a', 'abc', 'abcd', 'é𝄞', 'x'.repeat(512)]) {
      expect(key.set(1, id)).toBe(true);
      const bytes = Buffer.from(id);
      expect(key.hash).toBe(hashBytes(bytes, 0, bytes.length));
      expect(Buffer.from(key.bytes.subarray(0, key.length))).toEqual(bytes);
    }
  });

  test('refuses what no fact can hold', () => {
    const key = new IdKey();
    for (const id of ['', 'x'.repeat(513), '\ud800']) expect(key.set(1, id)).toBe(false);
  });
});
