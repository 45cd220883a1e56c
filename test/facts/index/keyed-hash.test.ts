import { describe, expect, test } from 'vitest';
import { hashText } from '../../../src/facts/index/hash-id.ts';
import { keyedHash } from '../../../src/facts/index/keyed-hash.ts';
import { collidingIds } from '../../support/colliding-ids.ts';

function hashOf(text: string): number {
  const bytes = Buffer.from(`..${text}..`);
  return keyedHash(bytes, 2, bytes.length - 2);
}

describe('keyedHash', () => {
  test('tells apart ids that were made to have one hash in the file', () => {
    const ids = collidingIds(20_000);
    expect(new Set(ids.map(hashText)).size).toBe(1);
    // Two of 20,000 random numbers are the same by chance in one run of twenty, three pairs in one of 60,000.
    expect(new Set(ids.map(hashOf)).size).toBeGreaterThan(19_996);
  });

  test('spreads them evenly over the places of a table', () => {
    const counts = new Array<number>(64).fill(0);
    for (const id of collidingIds(20_000)) {
      const place = Math.floor((hashOf(id) / 2 ** 32) * counts.length);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    // 312 are expected in each; the standard deviation is 18.
    for (const count of counts) expect(Math.abs(count - 312)).toBeLessThan(180);
  });

  test('depends on every byte, the length and nothing around them', () => {
    expect(hashOf('alice')).toBe(hashOf('alice'));
    const ids = [
      '',
      'a',
      'a\0',
      'a\0\0',
      '\0',
      'b',
      'ab',
      'ba',
      'x'.repeat(511),
      'x'.repeat(512),
      `${'x'.repeat(511)}y`,
    ];
    expect(new Set(ids.map(hashOf)).size).toBe(ids.length);
    for (const id of ids) expect(Number.isInteger(hashOf(id)) && hashOf(id) >= 0 && hashOf(id) < 2 ** 32).toBe(true);
  });
});
