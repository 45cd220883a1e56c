const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Timers hold a signed 32-bit number of milliseconds: 24 days and 20 hours; a longer one would fire at once. */
export const MAX_DURATION_MS = 2 ** 31 - 1;

/** Milliseconds of `500ms`, `30s`, `5m`, `1.5h`, `1d`; undefined when the text is none or beyond `mostMs`. */
export function parseDuration(text: string, mostMs = MAX_DURATION_MS): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text);
  if (!match) return undefined;
  const ms = Math.round(Number(match[1]) * (UNITS_MS[match[2] ?? ''] ?? Number.NaN));
  return ms <= mostMs ? ms : undefined;
}

/** The shortest exact spelling: 1,800,000 is `30m`. Inverse of {@link parseDuration} for whole milliseconds. */
export function printDuration(ms: number): string {
  const unit = ['d', 'h', 'm', 's'].find((name) => ms >= (UNITS_MS[name] ?? 0) && ms % (UNITS_MS[name] ?? 1) === 0);
  return unit === undefined ? `${ms}ms` : `${ms / (UNITS_MS[unit] ?? 1)}${unit}`;
}

/** For people: the two largest units, rounded down. 93,784,000 is `1d 2h`, 4,200 is `4s`; negative ages are `0s`. */
export function describeDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts = [
    `${Math.floor(seconds / 86_400)}d`,
    `${Math.floor(seconds / 3_600) % 24}h`,
    `${Math.floor(seconds / 60) % 60}m`,
    `${seconds % 60}s`,
  ];
  const first = parts.findIndex((part) => !part.startsWith('0'));
  if (first === -1) return '0s';
  return parts
    .slice(first, first + 2)
    .filter((part, index) => index === 0 || !part.startsWith('0'))
    .join(' ');
}
