import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { delayAfterFailure, delayAfterSuccess, delayBeforeFirst } from '../../src/sync/schedule.ts';

const MINUTE = 60_000;
const HALF_HOUR = 30 * MINUTE;
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function failure(consecutive: number, retryAfterMs?: number) {
  return { code: 'CONTROL_PLANE_UNREACHABLE', consecutive, retryAfterMs } as const;
}

test('nodes that serve already and start together make their first copies within five seconds, evenly, and sooner with short intervals', () => {
  const slots = new Array<number>(10).fill(0);
  for (let node = 0; node < 1_000; node++) {
    const slot = Math.floor(delayBeforeFirst(HALF_HOUR, node / 1_000) / 500);
    slots[slot] = (slots[slot] ?? 0) + 1;
  }
  for (const nodes of slots) expect(nodes).toBeGreaterThan(80);
  expect(delayBeforeFirst(1_000, 0.5)).toBe(50);
});

describe('after a success', () => {
  test('the next copy comes after the interval, ten percent more or less', () => {
    expect(delayAfterSuccess(HALF_HOUR, 0)).toBe(27 * MINUTE);
    expect(delayAfterSuccess(HALF_HOUR, 0.5)).toBe(HALF_HOUR);
    expect(delayAfterSuccess(HALF_HOUR, 0.999999)).toBeLessThanOrEqual(33 * MINUTE);
  });

  test('nodes that started together spread evenly over the window', () => {
    const slots = new Array<number>(10).fill(0);
    for (let node = 0; node < 1_000; node++) {
      const delay = delayAfterSuccess(HALF_HOUR, node / 1_000);
      const slot = Math.floor((delay - 27 * MINUTE) / (0.6 * MINUTE));
      slots[slot] = (slots[slot] ?? 0) + 1;
    }
    for (const nodes of slots) expect(nodes).toBeGreaterThan(80);
  });
});

describe('after a failure', () => {
  test('the delay is drawn from a range that doubles from five seconds to five minutes', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((n) => delayAfterFailure(failure(n), HALF_HOUR, 1));
    expect(ceilings).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
  });

  test('it is at least a second, at most five minutes, and never longer than the interval', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1_000, max: 2 ** 31 }),
        random,
        (n, interval, r) => {
          const delay = delayAfterFailure(failure(n), interval, r);
          expect(delay).toBeGreaterThanOrEqual(1_000);
          expect(delay).toBeLessThanOrEqual(Math.min(interval, 5 * MINUTE));
        },
      ),
    );
  });

  test('what needs a person is asked again after minutes, up to an hour', () => {
    const slow = (consecutive: number, r: number) =>
      delayAfterFailure(
        { code: 'CONTROL_PLANE_UNAUTHORIZED', consecutive, retryAfterMs: undefined },
        2 * 60 * MINUTE,
        r,
      );
    expect(slow(1, 1)).toBe(5 * MINUTE);
    expect(slow(1, 0)).toBe(2.5 * MINUTE);
    expect(slow(2, 1)).toBe(10 * MINUTE);
    expect(slow(40, 1)).toBe(60 * MINUTE);
  });

  test('`Retry-After` is honoured between a second and thirty minutes, never early', () => {
    expect(delayAfterFailure(failure(1, 120_000), HALF_HOUR, 0)).toBe(120_000);
    expect(delayAfterFailure(failure(1, 0), HALF_HOUR, 0)).toBe(1_000);
    expect(delayAfterFailure(failure(1, 1e12), HALF_HOUR, 0)).toBe(HALF_HOUR);
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: HALF_HOUR }), random, (asked, r) => {
        const delay = delayAfterFailure(failure(3, asked), HALF_HOUR, r);
        expect(delay).toBeGreaterThanOrEqual(asked);
        expect(delay).toBeLessThanOrEqual(Math.ceil(asked * 1.1));
      }),
    );
  });
});
