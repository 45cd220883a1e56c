import type { AgeRecord } from '../generations/directory-state.ts';
import type { Clock } from '../util/clock.ts';
import type { Elapsed } from './elapsed.ts';

/** How long ago the control plane was last seen to have some data. Right whatever the wall clock does meanwhile. */
export interface DataAge {
  /** Milliseconds, never negative. */
  ageMs(): number;
  /** The control plane has been seen to have these very data, `agoMs` ago. */
  confirm(agoMs: number): void;
  /**
   * By how much the wall clock cannot be believed: its jump since the data came or were confirmed, or how far they lie
   * in its future. Milliseconds, zero or more.
   */
  skewMs(): number;
}

/** Two clocks of different machines differ by this without anything being wrong. */
export const TOLERATED_SKEW_MS = 60_000;

export interface DataAgeOptions {
  readonly clock: Clock;
  readonly elapsed: Elapsed;
  /** Age at this moment. */
  readonly ageMs: number;
  /** By the wall clock of whoever saw it. */
  readonly confirmedAtMs: number;
}

export function createDataAge({ clock, elapsed, ageMs, confirmedAtMs }: DataAgeOptions): DataAge {
  let bornMs = elapsed() - Math.max(0, ageMs);
  let distanceMs = clock.nowMs() - elapsed();
  let futureMs = confirmedAtMs;
  return {
    ageMs: () => Math.max(0, elapsed() - bornMs),
    confirm(agoMs) {
      bornMs = elapsed() - Math.max(0, agoMs);
      distanceMs = clock.nowMs() - elapsed();
      futureMs = clock.nowMs();
    },
    skewMs() {
      const nowMs = clock.nowMs();
      return Math.round(Math.max(Math.abs(nowMs - elapsed() - distanceMs), futureMs - nowMs));
    },
  };
}

/**
 * The age of data that come from a disk or a file. Only the wall clock can say how long nobody looked, so what an earlier
 * process knew is the least: a restart makes nothing younger, even when the clock has gone back.
 */
export function ageOnArrival(nowMs: number, confirmedAtMs: number, known: AgeRecord | undefined): number {
  const byClock = Math.max(0, nowMs - confirmedAtMs);
  return known === undefined ? byClock : Math.max(byClock, known.ageMs + Math.max(0, nowMs - known.atMs));
}
