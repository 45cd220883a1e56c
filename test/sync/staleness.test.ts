import { describe, expect, test } from 'vitest';
import { type AgeWatchOptions, lookAtAge, watchAge } from '../../src/sync/age-watch.ts';
import { createAlarmBook } from '../../src/sync/alarm-book.ts';
import type { ServedData } from '../../src/sync/served-data.ts';
import { describeStaleness, type Freshness, freshnessOf, type StalenessPolicy } from '../../src/sync/staleness.ts';
import { silentLog } from '../../src/util/log.ts';
import { FakeClock } from '../support/fake-clock.ts';

const HOUR = 3_600_000;
const POLICY: StalenessPolicy = { maxAgeWarnMs: 2 * HOUR, maxAgeMs: 24 * HOUR, onStale: 'serve' };

test.each([
  [2 * HOUR, 'fresh'],
  [2 * HOUR + 1, 'aging'],
  [24 * HOUR, 'aging'],
  [24 * HOUR + 1, 'stale'],
] as const)('data of %i ms are %s', (ageMs, freshness) => {
  expect(freshnessOf(ageMs, POLICY)).toBe(freshness);
});

test('the limit that was passed is named', () => {
  expect(describeStaleness(3 * HOUR, POLICY)).toBe('the data are 3h old, older than --max-age-warn 2h');
  expect(describeStaleness(26 * HOUR, POLICY)).toBe('the data are 1d 2h old, older than --max-age 1d');
});

/** A watch over data whose age and skew the test says. */
function watching() {
  const clock = new FakeClock(0);
  const logged: string[] = [];
  const counted: string[] = [];
  const log = {
    ...silentLog,
    error: (message: string) => void logged.push(message),
    warn: (message: string) => void logged.push(message),
  };
  const alarms = createAlarmBook({ log, nowMs: () => clock.nowMs(), onAlarm: (kind) => counted.push(kind) });
  const served = { freshness: 'fresh' as Freshness | undefined, ageMs: 0, skewMs: 0 };
  const recorded: number[] = [];
  const options: AgeWatchOptions = {
    served: served as unknown as ServedData,
    staleness: POLICY,
    alarms,
    clock,
    record: async () => void recorded.push(clock.monotonicMs()),
  };
  return { clock, logged, counted, alarms, served, recorded, options };
}

describe('the watch over age', () => {
  test('raises an alarm once for each limit, and ends it when it is over', () => {
    const { served, options, counted, alarms, logged } = watching();
    lookAtAge(options);
    Object.assign(served, { freshness: 'aging', ageMs: 3 * HOUR });
    lookAtAge(options);
    lookAtAge(options);
    Object.assign(served, { freshness: 'stale', ageMs: 26 * HOUR });
    lookAtAge(options);
    expect(counted).toEqual(['aging', 'stale']);
    expect(alarms.alarms.map(({ kind }) => kind)).toEqual(['stale']);
    Object.assign(served, { freshness: 'fresh', ageMs: 0 });
    lookAtAge(options);
    expect(alarms.alarms).toEqual([]);
    expect(logged).toEqual([
      'the data are 3h old, older than --max-age-warn 2h',
      'an alarm is over',
      'the data are 1d 2h old, older than --max-age 1d',
      'an alarm is over',
    ]);
  });

  test('raises an alarm when the clock cannot be believed', () => {
    const { served, options, alarms } = watching();
    served.skewMs = 90 * 24 * HOUR;
    lookAtAge(options);
    expect(alarms.alarms).toEqual([
      { kind: 'clock_skew', message: 'the wall clock cannot be believed: it is off by 90d', atMs: 0 },
    ]);
    served.skewMs = 1_000;
    lookAtAge(options);
    expect(alarms.alarms).toEqual([]);
  });

  test('looks at least every 15 seconds, writes the age down every five minutes, and ends with the signal', async () => {
    const { clock, served, options, counted, recorded } = watching();
    const controller = new AbortController();
    const watch = watchAge(options, controller.signal);
    served.freshness = 'stale';
    await clock.advance(15_000);
    expect(counted).toEqual(['stale']);
    await clock.advance(20 * 60_000);
    expect(recorded).toHaveLength(4);
    controller.abort();
    await watch;
    expect(clock.sleeping).toBe(0);
  });

  test('goes on while the disk does not come to an end with writing the age down, which is tried once at a time', async () => {
    const { clock, served, options, counted, recorded } = watching();
    const controller = new AbortController();
    let written = () => {};
    const record = async () => {
      recorded.push(clock.monotonicMs());
      await new Promise<void>((resolve) => {
        written = resolve;
      });
    };
    const watch = watchAge({ ...options, record }, controller.signal);
    await clock.advance(20 * 60_000);
    served.freshness = 'stale';
    await clock.advance(15_000);
    expect(counted).toEqual(['stale']);
    expect(recorded).toHaveLength(1);
    written();
    await clock.advance(15_000);
    expect(recorded).toHaveLength(2);
    written();
    controller.abort();
    await watch;
  });
});
