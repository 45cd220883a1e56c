import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generationId, takenAtMsInId } from '../../src/generations/generation-id.ts';

const digest = 'd5548916058d'.padEnd(64, '0');
const anyTime = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });

test('an id names time and content', () => {
  expect(generationId(Date.UTC(2026, 0, 31, 8, 0, 0, 7), digest)).toBe('20260131T080000007Z-d5548916058d');
});

test('the time comes back, and ids sort by it', () => {
  fc.assert(
    fc.property(anyTime, anyTime, (a, b) => {
      expect(takenAtMsInId(generationId(a, digest))).toBe(a);
      expect(Math.sign(a - b)).toBe(generationId(a, digest) < generationId(b, digest) ? -1 : Number(a !== b));
    }),
  );
});

test.each([
  '',
  '.tmp-abc',
  'notes',
  '20260231T080000007Z',
  '20261331T080000007Z-d5548916058d',
  '../20260131T080000007Z-d5548916058d',
  '20260131T080000007Z-d5548916058d\n',
])('%j is no id', (text) => {
  expect(takenAtMsInId(text)).toBeUndefined();
});
