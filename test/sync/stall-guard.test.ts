import { expect, test } from 'vitest';
import { createStallGuard } from '../../src/sync/stall-guard.ts';
import { FakeClock } from '../support/fake-clock.ts';

function guardOn(clock: FakeClock, signal = new AbortController().signal, limitMs: number | undefined = 10_000) {
  return createStallGuard({ clock, limitMs, signal });
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

test('a wait without progress is aborted after the limit', async () => {
  const clock = new FakeClock();
  const guard = guardOn(clock);
  const failed = expect(guard.watch(() => untilAborted(guard.signal))).rejects.toMatchObject({
    code: 'CONTROL_PLANE_UNREACHABLE',
    message: 'no progress from the control plane for 10s',
  });
  await clock.advance(9_999);
  expect(clock.sleeping).toBe(1);
  await clock.advance(1);
  await failed;
  expect(clock.sleeping).toBe(0);
});

test('a slow wait that goes on is left alone', async () => {
  const clock = new FakeClock();
  const guard = guardOn(clock);
  const wait = guard.watch(async () => {
    for (let step = 0; step < 20; step++) {
      await clock.sleep(9_000, guard.signal);
      guard.onProgress();
    }
    return 'done';
  });
  await clock.advance(20 * 9_000);
  expect(await wait).toBe('done');
  expect(clock.sleeping).toBe(0);
});

test('a stall after progress counts from that progress', async () => {
  const clock = new FakeClock();
  const guard = guardOn(clock);
  const failed = expect(
    guard.watch(async () => {
      await clock.sleep(5_000, guard.signal);
      guard.onProgress();
      return await untilAborted(guard.signal);
    }),
  ).rejects.toMatchObject({ code: 'CONTROL_PLANE_UNREACHABLE' });
  await clock.advance(14_999);
  expect(clock.sleeping).toBe(1);
  await clock.advance(1);
  await failed;
});

test('time between two waits is not counted', async () => {
  const clock = new FakeClock();
  const guard = guardOn(clock);
  await guard.watch(async () => {});
  await clock.advance(60_000);
  const second = guard.watch(() => clock.sleep(9_000, guard.signal));
  await clock.advance(9_000);
  await second;
  expect(guard.signal.aborted).toBe(false);
});

test('the caller can abort, with its own reason', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const guard = guardOn(clock, controller.signal);
  const failed = expect(guard.watch(() => untilAborted(guard.signal))).rejects.toThrow('stopped by SIGTERM');
  controller.abort(new Error('stopped by SIGTERM'));
  await failed;
  expect(clock.sleeping).toBe(0);
});

test('without a limit nothing is watched', async () => {
  const clock = new FakeClock();
  const guard = createStallGuard({ clock, limitMs: undefined, signal: new AbortController().signal });
  expect(await guard.watch(async () => clock.sleeping)).toBe(0);
});
