import type { Settings } from '../config/options.ts';
import { delayAfterSuccess } from '../sync/schedule.ts';
import { printDuration } from '../util/duration.ts';

/** Lines about limits of age that do not go well together or with the time between copies. */
export function ageWarnings(settings: Settings, { offline }: { readonly offline: boolean }): readonly string[] {
  return [...(offline ? [] : tooEarly(settings)), ...tooLate(settings)];
}

/** Limits that data exceed although every copy succeeds. */
function tooEarly({ syncIntervalMs, maxAgeWarnMs, maxAgeMs }: Settings): readonly string[] {
  const limits = [
    ['--max-age-warn', maxAgeWarnMs],
    ['--max-age', maxAgeMs],
  ] as const;
  const copied = `before the next copy, which is up to 10 % later than --sync-interval ${printDuration(syncIntervalMs)}`;
  return limits
    .filter(([, ms]) => ms <= delayAfterSuccess(syncIntervalMs, 1))
    .map(([flag, ms]) => `warning: data are older than ${flag} ${printDuration(ms)} ${copied}`);
}

/** A limit that warns of another one, and comes no earlier. */
function tooLate({ maxAgeWarnMs, maxAgeMs }: Settings): readonly string[] {
  if (maxAgeWarnMs < maxAgeMs) return [];
  const [late, limit] = [`--max-age-warn ${printDuration(maxAgeWarnMs)}`, `--max-age ${printDuration(maxAgeMs)}`];
  return [`warning: ${late} is not below ${limit}, so nothing warns before the data are stale`];
}
