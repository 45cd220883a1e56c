import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ChunkIds } from '../../../src/facts/index/build/chunk-ids.ts';

// By chance it happens once in four billion pairs of ids.
vi.mock('../../../src/facts/index/keyed-hash.ts', () => ({ keyedHash: () => 7 }));

test('ids are told apart by their bytes and types where all have the same hash', () => {
  const id = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.stringMatching(/^[ab]{1,4}$/));
  fc.assert(
    fc.property(fc.array(id, { maxLength: 60 }), (ids) => {
      const chunk = new ChunkIds(60, 60 * 1024);
      const known = new Map<string, number>();
      for (const [type, text] of ids) {
        const key = `${type} ${text}`;
        if (!known.has(key)) known.set(key, known.size);
        expect(chunk.add(type, text)).toBe(known.get(key));
      }
      expect(chunk.count).toBe(known.size);
    }),
  );
});
