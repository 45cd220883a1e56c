import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeDuration, MAX_DURATION_MS, parseDuration, printDuration } from '../../src/util/duration.ts';

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['1.5h', 5_400_000],
  ['24d', 2_073_600_000],
  ['0s', 0],
])('`%s` is %d milliseconds', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '30', 's', '-1s', '1 s', '1S', '1e3s', '25d', '2147483648ms', '1h30m', 'Infinitys', '1s\n'])(
  '`%s` is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test('printing and parsing are inverse', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: MAX_DURATION_MS }), (ms) => {
      expect(parseDuration(printDuration(ms))).toBe(ms);
    }),
  );
});

test.each([
  [1_800_000, '30m'],
  [90_000, '90s'],
  [86_400_000, '1d'],
  [1_500, '1500ms'],
])('%d is written `%s`', (ms, text) => {
  expect(printDuration(ms)).toBe(text);
});

test.each([
  [-5_000, '0s'],
  [999, '0s'],
  [4_200, '4s'],
  [60_000, '1m'],
  [61_000, '1m 1s'],
  [3_600_000 + 5_000, '1h'],
  [93_784_000, '1d 2h'],
])('%d milliseconds are described as `%s`', (ms, text) => {
  expect(describeDuration(ms)).toBe(text);
});
