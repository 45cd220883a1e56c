import { expect, test } from 'vitest';
import { parseRetryAfter } from '../../src/control-plane/retry-after.ts';

const NOW_MS = Date.UTC(2030, 0, 1, 12, 0, 0);

test.each([
  ['120', 120_000],
  [' 7 ', 7_000],
  ['1.5', 1_500],
  ['0', 1_000],
  ['0.2', 1_000],
  ['999999999', 1_800_000],
  ['9'.repeat(400), 1_800_000],
  ['Tue, 01 Jan 2030 12:05:00 GMT', 300_000],
  ['Tue, 01 Jan 2030 11:00:00 GMT', 1_000],
  ['Tue, 01 Jan 2036 11:00:00 GMT', 1_800_000],
])('Retry-After `%s` asks for %d ms', (header, ms) => {
  expect(parseRetryAfter(header, NOW_MS)).toBe(ms);
});

test.each([
  undefined,
  '',
  '-5',
  'abc',
  '1e3',
  '0x10',
  '5 s',
  'NaN',
  'Infinity',
  '2030-01-01',
  'Tue, 99 Foo 2030 12:05:00 GMT',
])('Retry-After `%s` asks for nothing', (header) => {
  expect(parseRetryAfter(header, NOW_MS)).toBeUndefined();
});
