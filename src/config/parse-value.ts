import { MAX_DURATION_MS, parseDuration, printDuration } from '../util/duration.ts';
import type { Parsed } from './option.ts';
import { Secret, withoutKeys } from './secret.ts';

/** Any text. */
export function parseText(text: string): Parsed<string> {
  return { ok: true, value: text };
}

/** Paths of files. What such a file holds, given in its place, is often a key. */
export function parsePath(text: string): Parsed<string> {
  if (!HELD_BY_FILES.test(text)) return { ok: true, value: text };
  return { ok: false, problem: 'must be the path of a file, not what is in it', mayHoldSecret: true };
}

/** Several lines, or PEM in one: as it is, or in Base64. */
const HELD_BY_FILES = /[\r\n]|-----BEGIN|^LS0tLS1CRUdJTi/;

export function parseSecret(text: string): Parsed<Secret> {
  if (/^[\x21-\x7e]+$/.test(text)) return { ok: true, value: new Secret(text) };
  return { ok: false, problem: 'must be printable ASCII without blanks' };
}

export function parseSwitch(text: string): Parsed<boolean> {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === '1') return { ok: true, value: true };
  if (lower === 'false' || lower === '0') return { ok: true, value: false };
  return { ok: false, problem: 'must be `true` or `false`' };
}

/** TCP ports; 0 lets the system choose. */
export function parsePort(text: string): Parsed<number> {
  return parseWhole(0, 65_535)(text);
}

/** Whole decimal numbers within both bounds. */
export function parseWhole(least: number, most: number): (text: string) => Parsed<number> {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return { ok: true, value };
    return { ok: false, problem: `must be a whole number from ${least} to ${most}` };
  };
}

const DAY_MS = 86_400_000;

/** Durations of at least `leastMs`, such as `30s`. Timers cannot wait longer than the default of `mostMs`. */
export function parseDurationFrom(leastMs: number, mostMs = MAX_DURATION_MS): (text: string) => Parsed<number> {
  return (text) => {
    const value = parseDuration(text, mostMs);
    if (value !== undefined && value >= leastMs) return { ok: true, value };
    const most = mostMs < DAY_MS ? mostMs : mostMs - (mostMs % DAY_MS);
    const bounds = `from ${printDuration(leastMs)} to ${printDuration(most)}`;
    return { ok: false, problem: `must be a duration ${bounds}, such as \`30s\`` };
  };
}

/** `90%`, or `90`, is 0.9. */
export function parsePart(text: string): Parsed<number> {
  const percent = /^\d{1,3}(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (percent >= 0 && percent <= 100) return { ok: true, value: percent / 100 };
  return { ok: false, problem: 'must be a percentage from 0% to 100%' };
}

/** One of a few words. */
export function parseWord<const W extends string>(words: readonly W[]): (text: string) => Parsed<W> {
  return (text) => {
    const value = words.find((word) => word === text);
    if (value !== undefined) return { ok: true, value };
    return { ok: false, problem: `must be one of ${words.map((word) => `\`${word}\``).join(', ')}` };
  };
}

/** Names of environments, tenants and nodes: they become parts of headers, file names and log lines. */
export function parseName(text: string): Parsed<string> {
  if (withoutKeys(text) !== text) return { ok: false, problem: 'must be an id, not an API key', mayHoldSecret: true };
  if (/^[a-zA-Z0-9._-]{1,128}$/.test(text)) return { ok: true, value: text };
  return { ok: false, problem: 'must be 1 to 128 letters, digits, `.`, `_` or `-`' };
}

export function parseClientId(text: string): Parsed<string> {
  if (/^[a-zA-Z0-9.-]{1,128}$/.test(text)) return { ok: true, value: text };
  return { ok: false, problem: 'must be 1 to 128 letters, digits, `.` or `-`' };
}

/** Absolute http and https URLs without credentials, query or fragment; a path may be a prefix of the API. */
export function parseHttpUrl(text: string): Parsed<string> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const fits = url !== undefined && (url.protocol === 'https:' || url.protocol === 'http:');
  if (!fits) {
    const problem = 'must be a URL that starts with `https://` or `http://`';
    return /[?@]/.test(text) ? { ok: false, problem, mayHoldSecret: true } : { ok: false, problem };
  }
  if (url.username || url.password) {
    return { ok: false, problem: 'must not hold a user name or password', mayHoldSecret: true };
  }
  if (url.search || url.hash) {
    return { ok: false, problem: 'must have no query and no fragment', mayHoldSecret: true };
  }
  return { ok: true, value: text.replace(/\/+$/, '') };
}
