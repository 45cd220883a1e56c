import { describeDuration, printDuration } from '../util/duration.ts';
import type { Refusal } from './serving-slot.ts';

/** What becomes of data that are too old: answered from; answered from while readiness is off; not answered from. */
export type OnStale = 'serve' | 'unready' | 'refuse';

export interface StalenessPolicy {
  /** Beyond it the data are `aging`: an alarm, nothing more. */
  readonly maxAgeWarnMs: number;
  /** Beyond it they are `stale`: an alarm, and what `onStale` says. */
  readonly maxAgeMs: number;
  readonly onStale: OnStale;
}

export type Freshness = 'fresh' | 'aging' | 'stale';

export function freshnessOf(ageMs: number, { maxAgeWarnMs, maxAgeMs }: StalenessPolicy): Freshness {
  if (ageMs > maxAgeMs) return 'stale';
  return ageMs > maxAgeWarnMs ? 'aging' : 'fresh';
}

/** Why data of this age are not what clients should get; undefined: they may. */
export function refusalOfStale(ageMs: number, policy: StalenessPolicy): Refusal | undefined {
  if (freshnessOf(ageMs, policy) !== 'stale') return undefined;
  return { code: 'stale', message: describeStaleness(ageMs, policy) };
}

/** For people: `the data are 1d 2h old, older than --max-age 1d`. */
export function describeStaleness(ageMs: number, { maxAgeWarnMs, maxAgeMs }: StalenessPolicy): string {
  const limit =
    ageMs > maxAgeMs ? `--max-age ${printDuration(maxAgeMs)}` : `--max-age-warn ${printDuration(maxAgeWarnMs)}`;
  return `the data are ${describeDuration(ageMs)} old, older than ${limit}`;
}
