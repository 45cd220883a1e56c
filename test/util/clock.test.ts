import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/util/clock.ts';
import { MAX_DURATION_MS } from '../../src/util/duration.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('sleeps longer than a timer can, as the longest interval with its ten percent more does', async () => {
  const ms = Math.round(1.1 * MAX_DURATION_MS);
  let isOver = false;
  const slept = systemClock.sleep(ms).then(() => {
    isOver = true;
  });
  await vi.advanceTimersByTimeAsync(ms - 1);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await slept;
});

test('an abort ends a long sleep, and leaves no timer', async () => {
  const stop = new AbortController();
  const slept = expect(systemClock.sleep(2 * MAX_DURATION_MS, stop.signal)).rejects.toBe('enough');
  await vi.advanceTimersByTimeAsync(1.5 * MAX_DURATION_MS);
  stop.abort('enough');
  await slept;
  expect(vi.getTimerCount()).toBe(0);
});
