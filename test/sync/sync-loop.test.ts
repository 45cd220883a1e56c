import { describe, expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import { NO_ATTEMPTS } from '../../src/sync/attempts.ts';
import { type AttemptOutcome, createSyncLoop, type SyncResult } from '../../src/sync/sync-loop.ts';
import { silentLog } from '../../src/util/log.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';

const INTERVAL_MS = 30 * 60_000;
const UNREACHABLE = new OsoError('CONTROL_PLANE_UNREACHABLE', 'connection refused');

/** A loop whose attempts end as told: `queue` holds their outcomes, and the last one repeats. */
function loopWith(queue: (SyncResult | Error)[], { random = 0.5, firstDelayMs = 0 } = {}) {
  const clock = new FakeClock();
  const attempts: { atMs: number; isFirst: boolean }[] = [];
  const outcomes: AttemptOutcome[] = [];
  const controller = new AbortController();
  let sleptMs = 0;
  const loop = createSyncLoop({
    clock,
    elapsed: () => clock.monotonicMs() + sleptMs,
    log: silentLog,
    intervalMs: INTERVAL_MS,
    random: () => random,
    async attempt(_signal, isFirst) {
      attempts.push({ atMs: clock.monotonicMs(), isFirst });
      const next = queue.length > 1 ? queue.shift() : queue[0];
      if (next instanceof Error) throw next;
      return next ?? 'unchanged';
    },
    onAttempt: (outcome) => outcomes.push(outcome),
  });
  const run = loop.run(controller.signal, firstDelayMs);
  /** The machine, and with it the monotonic clock. */
  const sleep = (ms: number) => {
    sleptMs += ms;
    clock.jumpWall(ms);
  };
  return { clock, loop, attempts, outcomes, run, sleep, stop: () => controller.abort() };
}

test('the first attempt is made at once, the next one after the interval', async () => {
  const { clock, attempts, stop, run } = loopWith(['downloaded']);
  await clock.advance(INTERVAL_MS - 1);
  expect(attempts).toEqual([{ atMs: 0, isFirst: true }]);
  await clock.advance(1);
  expect(attempts).toEqual([
    { atMs: 0, isFirst: true },
    { atMs: INTERVAL_MS, isFirst: false },
  ]);
  stop();
  await run;
});

test('a first attempt that is to wait is told, made when its time has come, and at once when it is asked for', async () => {
  const first = loopWith(['downloaded'], { firstDelayMs: 3_000 });
  await settle();
  expect(first.loop.attempts).toEqual({ ...NO_ATTEMPTS, nextAttemptAtMs: first.clock.nowMs() + 3_000 });
  await first.clock.advance(2_999);
  expect(first.attempts).toEqual([]);
  await first.clock.advance(1);
  expect(first.attempts).toEqual([{ atMs: 3_000, isFirst: true }]);
  first.stop();
  await first.run;
  const asked = loopWith(['downloaded'], { firstDelayMs: 3_000 });
  await asked.clock.advance(1_000);
  expect(asked.loop.wake()).toBe('started');
  await settle();
  expect(asked.attempts).toEqual([{ atMs: 1_000, isFirst: true }]);
  asked.stop();
  await asked.run;
});

test('what is asked before the loop runs is its first attempt', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const begun: number[] = [];
  const attempt = async () => {
    begun.push(clock.monotonicMs());
    return 'downloaded' as const;
  };
  const elapsed = () => clock.monotonicMs();
  const common = { clock, elapsed, log: silentLog, intervalMs: INTERVAL_MS, random: () => 0.5, onAttempt: () => {} };
  const loop = createSyncLoop({ ...common, attempt });
  expect(loop.wake()).toBe('started');
  const run = loop.run(controller.signal, 3_000);
  await clock.advance(10_000);
  expect(begun).toEqual([0]);
  controller.abort();
  await run;
});

test('a stop before the first attempt leaves no attempt and no timer', async () => {
  const { clock, loop, attempts, run, stop } = loopWith(['downloaded'], { firstDelayMs: 3_000 });
  await settle();
  stop();
  await run;
  expect([attempts, clock.sleeping, await loop.first]).toEqual([[], 0, undefined]);
});

test('a day of outage is survived: attempts go on, and recovery is noticed within one backoff', async () => {
  const { clock, loop, attempts, outcomes, stop, run } = loopWith([UNREACHABLE], { random: 0.99 });
  await clock.advance(24 * 60 * 60_000);
  expect(attempts.length).toBeGreaterThan(280);
  expect(loop.attempts.consecutiveFailures).toBe(attempts.length);
  const gaps = attempts.map(({ atMs }, n) => atMs - (attempts[n - 1]?.atMs ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(5 * 60_000);
  expect(outcomes.every((outcome) => !outcome.ok)).toBe(true);
  stop();
  await run;
});

test('whatever an attempt throws, the next one is scheduled and the error is classed', async () => {
  const strange: Error = new TypeError('cannot read properties of undefined');
  const { clock, loop, attempts, stop, run } = loopWith([strange, 'downloaded'], { random: 1 });
  await clock.advance(0);
  expect(loop.attempts.lastError).toEqual({
    code: 'COPY_FAILED',
    message: 'the attempt broke: cannot read properties of undefined',
    atMs: clock.nowMs(),
  });
  await clock.advance(5_000);
  expect(attempts).toHaveLength(2);
  expect(loop.attempts.consecutiveFailures).toBe(0);
  stop();
  await run;
});

test('an attempt that the system had no files left for says how to have more', async () => {
  const broken = Object.assign(new Error('spawn node EMFILE'), { code: 'EMFILE' });
  const { clock, outcomes, stop, run } = loopWith([broken], { random: 1 });
  await clock.advance(0);
  const message = 'too many open files (spawn node EMFILE)';
  const error = { code: 'COPY_FAILED', message, hint: 'raise the limit of open files (`ulimit -n`)' };
  expect(outcomes).toMatchObject([{ ok: false, error }]);
  stop();
  await run;
});

test('a listener that throws does not stop the loop', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  let attempts = 0;
  const loop = createSyncLoop({
    clock,
    elapsed: () => clock.monotonicMs(),
    log: silentLog,
    intervalMs: INTERVAL_MS,
    random: () => 0.5,
    attempt: async () => {
      attempts += 1;
      return 'downloaded';
    },
    onAttempt: () => {
      throw new Error('listener');
    },
  });
  const run = loop.run(controller.signal, 0);
  await clock.advance(3 * INTERVAL_MS);
  expect(attempts).toBe(4);
  controller.abort();
  await run;
});

test('`Retry-After` decides when the next attempt is made', async () => {
  const throttled = new OsoError('CONTROL_PLANE_THROTTLED', 'asked to wait', { cause: { retryAfterMs: 120_000 } });
  const { clock, attempts, stop, run } = loopWith([throttled], { random: 0 });
  await clock.advance(119_999);
  expect(attempts).toHaveLength(1);
  await clock.advance(1);
  expect(attempts).toHaveLength(2);
  stop();
  await run;
});

test('when the machine has slept for longer than the interval, the next attempt follows within a minute, and only one', async () => {
  const { clock, attempts, sleep, stop, run } = loopWith(['downloaded']);
  await clock.advance(5 * 60_000);
  sleep(8 * 60 * 60_000);
  await clock.advance(60_000);
  expect(attempts).toHaveLength(2);
  await clock.advance(INTERVAL_MS - 60_000);
  expect(attempts).toHaveLength(2);
  stop();
  await run;
});

describe('status', () => {
  test('a jump of the wall clock moves no attempt, and so it moves the time that is told of the next one', async () => {
    const { clock, loop, attempts, stop, run } = loopWith(['downloaded']);
    await clock.advance(10 * 60_000);
    for (const jumpMs of [90 * 24 * 60 * 60_000, -91 * 24 * 60 * 60_000]) {
      clock.jumpWall(jumpMs);
      expect((loop.attempts.nextAttemptAtMs ?? 0) - clock.nowMs()).toBe(20 * 60_000);
    }
    await clock.advance(20 * 60_000 - 1);
    expect(attempts).toHaveLength(1);
    await clock.advance(1);
    expect(attempts).toHaveLength(2);
    stop();
    await run;
  });

  test('it tells attempts, successes, failures and the next attempt', async () => {
    const { clock, loop, stop, run } = loopWith(['downloaded', UNREACHABLE]);
    const startMs = clock.nowMs();
    await clock.advance(0);
    expect(loop.attempts).toEqual({
      running: false,
      lastAttemptAtMs: startMs,
      lastSuccessAtMs: startMs,
      lastError: undefined,
      consecutiveFailures: 0,
      nextAttemptAtMs: startMs + INTERVAL_MS,
    });
    await clock.advance(INTERVAL_MS);
    expect(loop.attempts).toEqual({
      running: false,
      lastAttemptAtMs: startMs + INTERVAL_MS,
      lastSuccessAtMs: startMs,
      lastError: { code: 'CONTROL_PLANE_UNREACHABLE', message: 'connection refused', atMs: startMs + INTERVAL_MS },
      consecutiveFailures: 1,
      nextAttemptAtMs: startMs + INTERVAL_MS + 2_500,
    });
    stop();
    await run;
  });

  test('after a stop it tells of no attempt to come', async () => {
    const { clock, loop, stop, run } = loopWith(['downloaded']);
    await clock.advance(0);
    stop();
    await run;
    expect(loop.attempts).toMatchObject({ running: false, nextAttemptAtMs: undefined });
  });

  test('while an attempt runs there is no next one, and after a stop it runs no more', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const loop = createSyncLoop({
      clock,
      elapsed: () => clock.monotonicMs(),
      log: silentLog,
      intervalMs: INTERVAL_MS,
      random: () => 0.5,
      attempt: (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
      onAttempt: () => {},
    });
    const run = loop.run(controller.signal, 0);
    await clock.advance(3 * INTERVAL_MS);
    expect(loop.attempts).toMatchObject({ running: true, nextAttemptAtMs: undefined, lastSuccessAtMs: undefined });
    controller.abort();
    await run;
    expect(await loop.first).toBeUndefined();
    expect(loop.attempts).toMatchObject({ running: false, nextAttemptAtMs: undefined });
  });
});

test('an attempt that outlasts the interval is not overtaken, and the next one waits a whole interval after it', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const begun: number[] = [];
  let running = 0;
  const loop = createSyncLoop({
    clock,
    elapsed: () => clock.monotonicMs(),
    log: silentLog,
    intervalMs: INTERVAL_MS,
    random: () => 0.5,
    async attempt(signal) {
      running += 1;
      expect(running).toBe(1);
      begun.push(clock.monotonicMs());
      await clock.sleep(3 * INTERVAL_MS, signal);
      running -= 1;
      return 'downloaded';
    },
    onAttempt: () => {},
  });
  const run = loop.run(controller.signal, 0);
  await clock.advance(5 * INTERVAL_MS);
  expect(begun).toEqual([0, 4 * INTERVAL_MS]);
  controller.abort();
  await run;
});

test('waking cuts the wait short', async () => {
  const { clock, loop, attempts, stop, run } = loopWith(['downloaded']);
  await clock.advance(1_000);
  loop.wake();
  await settle();
  expect(attempts.map(({ atMs }) => atMs)).toEqual([0, 1_000]);
  stop();
  await run;
});

test('waking during an attempt makes one more follow it at once, however often', async () => {
  const clock = new FakeClock();
  const begun: number[] = [];
  const controller = new AbortController();
  const loop = createSyncLoop({
    clock,
    elapsed: () => clock.monotonicMs(),
    log: silentLog,
    intervalMs: INTERVAL_MS,
    random: () => 0.5,
    attempt: async () => {
      begun.push(clock.monotonicMs());
      await clock.sleep(5_000);
      return 'downloaded';
    },
    onAttempt: () => {},
  });
  const run = loop.run(controller.signal, 0);
  await clock.advance(1_000);
  expect([loop.wake(), loop.wake()]).toEqual(['queued', 'queued']);
  await clock.advance(10_000);
  expect(begun).toEqual([0, 5_000]);
  expect(loop.wake()).toBe('started');
  await clock.advance(5_000);
  expect(begun).toEqual([0, 5_000, 11_000]);
  controller.abort();
  await run;
});

test('an abort ends the wait at once and leaves no timer', async () => {
  const { clock, loop, stop, run } = loopWith(['downloaded']);
  await clock.advance(1_000);
  expect(clock.sleeping).toBe(1);
  stop();
  await run;
  expect(clock.sleeping).toBe(0);
  expect(await loop.first).toEqual({ ok: true, result: 'downloaded' });
});
