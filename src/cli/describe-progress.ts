import { describeDuration } from '../util/duration.ts';

/** How far one stage of the work has come. */
export interface StageProgress {
  readonly stage: string;
  readonly unit: 'facts' | 'bytes';
  readonly done: number;
  /** Undefined when the end is not known. */
  readonly total: number | undefined;
  /** Since the stage began. */
  readonly elapsedMs: number;
}

/** Before this, a rate is noise. */
const LEAST_ELAPSED_MS = 500;

/** One line for a terminal: `reading 120,000 of 1,000,000 facts · 85,000/s · 11s left`. */
export function describeProgress({ stage, unit, done, total, elapsedMs }: StageProgress): string {
  const amount = unit === 'bytes' ? describeBytes : count;
  const noun = unit === 'bytes' ? '' : ' facts';
  const parts = [`${stage} ${amount(done)}${total === undefined ? '' : ` of ${amount(total)}`}${noun}`];
  if (elapsedMs >= LEAST_ELAPSED_MS && done > 0) {
    const perSecond = done / (elapsedMs / 1_000);
    parts.push(`${amount(Math.round(perSecond))}/s`);
    if (total !== undefined && total > done)
      parts.push(`${describeDuration(((total - done) / perSecond) * 1_000)} left`);
  }
  return parts.join(' · ');
}

/** `1,234,567`, of a whole number. `toLocaleString` would first read the languages of the world, for 18 ms. */
export function count(value: number): string {
  return `${value}`.replace(/\B(?=(?:\d{3})+$)/gu, ',');
}

/** `1.5 GiB`; whole bytes below one KiB. */
export function describeBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
