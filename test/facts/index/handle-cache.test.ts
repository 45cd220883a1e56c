import { describe, expect, test } from 'vitest';
import { HandleCache, handleCacheFor, NOT_KEPT } from '../../../src/facts/index/handle-cache.ts';
import { hashBytes } from '../../../src/facts/index/hash-id.ts';
import { IdKey } from '../../../src/facts/index/id-key.ts';
import { fact } from '../../support/fact-reader-conformance.ts';
import { openTestIndex } from '../../support/index-files.ts';
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

  test('does not take an id without room for a shorter one of the type before', () => {
    const cache = new HandleCache(1024);
    const short = keyOf(2, 'a');
    const long = keyOf(1, `a${'\0'.repeat(64)}`);
    long.hash = 0;
    short.hash = 0;
    for (let time = 0; time < 3; time++) cache.add(short, 7);
    expect(cache.find(short)).toBe(7);
    expect(cache.find(long)).toBe(NOT_KEPT);
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

describe('indexes that a thread opens one after the other', () => {
  test('share a cache of one size, with numbers of their own for their types', () => {
    const cache = handleCacheFor(4096, 3);
    expect(cache.giveTypes(3)).toBe(0);
    expect(handleCacheFor(4096 + 68, 2)).toBe(cache);
    expect(cache.giveTypes(2)).toBe(3);
    expect(handleCacheFor(16_384, 2)).not.toBe(cache);
    expect(handleCacheFor(4096, 2)).not.toBe(cache);
  });

  test('get another cache when it has no numbers left', () => {
    const cache = handleCacheFor(4096, 1);
    cache.giveTypes(2 ** 24 - 2);
    expect(handleCacheFor(4096, 2)).toBe(cache);
    const last = cache.giveTypes(2) + 1;
    for (let time = 0; time < 2; time++) cache.add(keyOf(last, 'x'.repeat(56)), 7);
    expect(cache.find(keyOf(last, 'x'.repeat(56)))).toBe(7);
    expect(cache.find(keyOf(last - 1, 'x'.repeat(56)))).toBe(NOT_KEPT);
    expect(handleCacheFor(4096, 1)).not.toBe(cache);
  });

  test('never get the handles of each other, while both are asked', async () => {
    const ids = Array.from({ length: 300 }, (_, at) => `id-${at}`);
    const isIn = (index: number, at: number) => at % 3 !== index;
    await using first = await indexOf(ids.filter((_, at) => isIn(0, at)));
    await using second = await indexOf(ids.filter((_, at) => isIn(1, at)));
    const random = new Random(12);
    for (let round = 0; round < 20_000; round++) {
      const index = random.below(2);
      const at = random.below(random.below(2) === 0 ? 8 : ids.length);
      const { dictionary } = (index === 0 ? first : second).reader;
      const handle = dictionary.handleOf('User', ids[at] as string);
      expect(handle >= 0).toBe(isIn(index, at));
      if (handle >= 0) expect(dictionary.valueOf(handle)).toEqual({ type: 'User', id: ids[at] });
    }
  });

  const indexOf = (ids: readonly string[]) =>
    openTestIndex(
      ids.map((id) => fact('is_admin', ['User', id])),
      2 ** 30,
    );
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
