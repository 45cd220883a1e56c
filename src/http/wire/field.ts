import { OsoError } from '../../errors/oso-error.ts';

/*
 * Reading parsed JSON field by field. A path such as `calls[0][1][2]` says where a value stands in the body; every
 * function throws REQUEST_INVALID naming it. Strings are well formed already: the scan of the body sees to that.
 */

/** A JSON object. Keys are the sender's: read own keys only. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The body as an object. */
export function readBodyRecord(body: unknown): JsonRecord {
  if (isRecord(body)) return body;
  throw new OsoError('REQUEST_INVALID', `the body must be a JSON object, not ${kindOf(body)}`);
}

export function readRecord(value: unknown, path: string): JsonRecord {
  if (isRecord(value)) return value;
  throw wrongKind({ value, path, wanted: 'an object' });
}

export function readArray(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrongKind({ value, path, wanted: 'an array' });
}

/** A string with at least one character. */
export function readText(value: unknown, path: string): string {
  const text = readString(value, path);
  if (text === '') throw new OsoError('REQUEST_INVALID', `\`${path}\` must not be empty`);
  return text;
}

export function readString(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw wrongKind({ value, path, wanted: 'a string' });
}

/** Absent and null mean the same: the sender has nothing to say. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** A path through an object whose keys the sender chose. */
export function pathOfKey(path: string, key: string): string {
  return /^\w+$/u.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongKind({ value, path, wanted }: { value: unknown; path: string; wanted: string }): OsoError {
  if (value === undefined) return new OsoError('REQUEST_INVALID', `\`${path}\` is missing`);
  return new OsoError('REQUEST_INVALID', `\`${path}\` must be ${wanted}, not ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
