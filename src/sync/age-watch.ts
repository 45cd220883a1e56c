import type { Clock } from '../util/clock.ts';
import { describeDuration } from '../util/duration.ts';
import type { AlarmBook } from './alarm-book.ts';
import { TOLERATED_SKEW_MS } from './data-age.ts';
import type { ServedData } from './served-data.ts';
import { describeStaleness, type StalenessPolicy } from './staleness.ts';

/** An alarm may come this late. */
const LOOK_EVERY_MS = 15_000;

/** How much age a kill may hide from the next start when the clock is wrong as well. */
const RECORD_EVERY_MS = 5 * 60_000;

export interface AgeWatchOptions {
  readonly served: ServedData;
  readonly staleness: StalenessPolicy;
  readonly alarms: AlarmBook;
  readonly clock: Clock;
  /** Writes the age down. It may not throw. */
  readonly record: () => Promise<void>;
}

/** Looks at the age of the data again and again until the signal is aborted; never rejects. A disk that hangs holds up nothing. */
export async function watchAge(options: AgeWatchOptions, signal: AbortSignal): Promise<void> {
  const { clock, record } = options;
  let recordedMs = clock.monotonicMs();
  let isRecording = false;
  while (!signal.aborted) {
    lookAtAge(options);
    if (!isRecording && clock.monotonicMs() - recordedMs >= RECORD_EVERY_MS) {
      recordedMs = clock.monotonicMs();
      isRecording = true;
      void record().then(() => {
        isRecording = false;
      });
    }
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
  }
}

/** Raises and ends the alarms that have to do with time. */
export function lookAtAge({ served, staleness, alarms }: AgeWatchOptions): void {
  const { freshness, ageMs = 0, skewMs } = served;
  const isRaised = (kind: string) => alarms.alarms.some((alarm) => alarm.kind === kind);
  for (const kind of ['aging', 'stale'] as const) {
    if (freshness !== kind) alarms.clear(kind);
    else if (!isRaised(kind)) alarms.raise(kind, describeStaleness(ageMs, staleness), { onStale: staleness.onStale });
  }
  if (skewMs <= TOLERATED_SKEW_MS) alarms.clear('clock_skew');
  else if (!isRaised('clock_skew')) {
    alarms.raise('clock_skew', `the wall clock cannot be believed: it is off by ${describeDuration(skewMs)}`);
  }
}
