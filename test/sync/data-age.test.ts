import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ageOnArrival, createDataAge } from '../../src/sync/data-age.ts';
import { createElapsed } from '../../src/sync/elapsed.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** A machine whose clocks can be moved one by one. */
function machine() {
  const clock = new FakeClock(Date.UTC(2030, 0, 1));
  let sleptMs = 0;
  const uptimeMs = () => 1_000 + clock.monotonicMs() + sleptMs;
  const elapsed = createElapsed(clock, uptimeMs);
  const suspend = (ms: number) => {
    sleptMs += ms;
    clock.jumpWall(ms);
  };
  const age = (ageMs: number) => createDataAge({ clock, elapsed, ageMs, confirmedAtMs: clock.nowMs() - ageMs });
  return { clock, elapsed, suspend, age };
}

describe('the age of data in a running process', () => {
  test('grows with time and begins anew when they are confirmed', async () => {
    const { clock, age } = machine();
    const data = age(MINUTE);
    await clock.advance(MINUTE);
    expect(data.ageMs()).toBe(2 * MINUTE);
    data.confirm(500);
    expect(data.ageMs()).toBe(500);
  });

  test.each([90 * DAY, -3 * 3_600_000, -60 * 365 * DAY])(
    'does not follow a jump of the wall clock by %i ms',
    async (ms) => {
      const { clock, age } = machine();
      const data = age(MINUTE);
      clock.jumpWall(ms);
      await clock.advance(MINUTE);
      expect(data.ageMs()).toBe(2 * MINUTE);
      expect(data.skewMs()).toBe(Math.abs(ms));
      data.confirm(0);
      expect(data.skewMs()).toBe(0);
    },
  );

  test('counts the time that the machine slept, at once, and that is no skew', () => {
    const { suspend, age } = machine();
    const data = age(0);
    suspend(10 * MINUTE);
    expect(data.ageMs()).toBe(10 * MINUTE);
    expect(data.skewMs()).toBe(0);
  });

  test('of data from the future is what else is known, and the clock is not believed', () => {
    const { clock, elapsed } = machine();
    const data = createDataAge({ clock, elapsed, ageMs: 0, confirmedAtMs: clock.nowMs() + DAY });
    expect(data.ageMs()).toBe(0);
    expect(data.skewMs()).toBe(DAY);
  });

  test('over any sequence of jumps, sleeps and passing time it is the time that has really passed', async () => {
    const step = fc.record({
      kind: fc.constantFrom('jump' as const, 'sleep' as const, 'pass' as const),
      ms: fc.integer({ min: 1_000, max: 10 * DAY }),
      back: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const { clock, suspend, age } = machine();
        const data = age(0);
        const act = {
          jump: (ms: number, back: boolean) => clock.jumpWall(back ? -ms : ms),
          sleep: (ms: number) => suspend(ms),
          pass: (ms: number) => clock.advance(ms),
        };
        for (const { kind, ms, back } of steps) {
          await act[kind](ms, back);
          expect(data.ageMs()).toBeGreaterThanOrEqual(0);
        }
        // A sleep that a jump back hides exactly is noticed within a minute.
        await clock.advance(MINUTE + 1);
        const passedMs = steps.reduce((sum, { kind, ms }) => (kind === 'jump' ? sum : sum + ms), MINUTE);
        expect(Math.abs(data.ageMs() - passedMs)).toBeLessThan(1_000);
      }),
    );
  });
});

describe('the age of data after a restart', () => {
  const NOW = Date.UTC(2030, 0, 1);

  test('is what the wall clock says, never negative', () => {
    expect(ageOnArrival(NOW, NOW - DAY, undefined)).toBe(DAY);
    expect(ageOnArrival(NOW, NOW + DAY, undefined)).toBe(0);
  });

  test('is not less than it was, wherever the clock has gone meanwhile', () => {
    const offsets = fc.integer({ min: -10 * 365 * DAY, max: 10 * 365 * DAY });
    fc.assert(
      fc.property(offsets, offsets, fc.nat(100 * DAY), (recorded, restarted, ageMs) => {
        const known = { ageMs, atMs: NOW + recorded };
        expect(ageOnArrival(NOW + restarted, NOW - ageMs, known)).toBeGreaterThanOrEqual(ageMs);
      }),
    );
  });

  test('goes on from there when the clock is right again', () => {
    const known = { ageMs: DAY, atMs: NOW };
    expect(ageOnArrival(NOW + MINUTE, NOW + 90 * DAY, known)).toBe(DAY + MINUTE);
  });
});
