import { expect, test } from 'vitest';
import { createRateWatch } from '../../src/control-plane/rate-watch.ts';
import { TRANSFER_LIMITS } from '../../src/control-plane/transfer-limits.ts';

test('a byte every 29 seconds, which never idles for 30, is too slow after a minute', () => {
  const rate = createRateWatch(TRANSFER_LIMITS);
  expect([1, 1, 1].map((bytes) => rate.isTooSlow(bytes, 29_000))).toEqual([false, false, true]);
});

test('bursts count over the whole window', () => {
  const rate = createRateWatch(TRANSFER_LIMITS);
  expect(rate.isTooSlow(70_000, 1_000)).toBe(false);
  expect(rate.isTooSlow(1, 59_000)).toBe(false);
  expect(rate.isTooSlow(1, 60_000)).toBe(true);
});

test('without waiting nothing is too slow', () => {
  const rate = createRateWatch(TRANSFER_LIMITS);
  for (let turn = 0; turn < 1_000; turn += 1) expect(rate.isTooSlow(1, 0)).toBe(false);
});
