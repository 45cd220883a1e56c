import { isUtf8 } from 'node:buffer';

/** A JSON file of ours that is not what it must be; the message names the field. Callers turn it into their own error. */
export class FieldError extends Error {}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Longest text field; names and URLs are far shorter. */
const MAX_TEXT = 2048;
/** Nesting of the files that we write. The bound keeps hostile nesting away from the JSON parser. */
const MAX_DEPTH = 4;
const HEX_64 = /^[0-9a-f]{64}$/;

/** Strict UTF-8 and shallow JSON with an object on top. Throws FieldError. */
export function parseJsonObject(bytes: Uint8Array): JsonObject {
  if (!isUtf8(bytes)) throw new FieldError('it is not UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (depthOf(text) > MAX_DEPTH) throw new FieldError('it is nested too deeply');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FieldError('it is not JSON', { cause: error });
  }
  if (!isObject(value)) throw new FieldError('it is not a JSON object');
  return value;
}

export function objectField(object: JsonObject, key: string): JsonObject {
  const value = field(object, key);
  if (!isObject(value)) throw wrong(key, 'an object');
  return value;
}

/** Not empty, well formed, no control characters: it may be printed on a terminal. */
export function textField(object: JsonObject, key: string): string {
  const value = field(object, key);
  if (typeof value !== 'string' || !isPlainText(value)) throw wrong(key, 'a line of text');
  return value;
}

export function hashField(object: JsonObject, key: string): string {
  const value = field(object, key);
  if (typeof value !== 'string' || !HEX_64.test(value)) throw wrong(key, '64 lower-case hex digits');
  return value;
}

/** A whole number from 0 to `max`. */
export function countField(object: JsonObject, key: string, max = Number.MAX_SAFE_INTEGER): number {
  const value = field(object, key);
  if (!isCount(value) || value > max) throw wrong(key, `a whole number from 0 to ${max}`);
  return value;
}

/** Fact counts by `predicate(Type,Type)`, each at least 1, adding up to `total`. */
export function signatureCountsField(object: JsonObject, key: string, total: number): Record<string, number> {
  const counts: Record<string, number> = {};
  let sum = 0;
  for (const [signature, count] of Object.entries(objectField(object, key))) {
    if (!isSignature(signature)) throw new FieldError(`\`${key}\` has a key that is not a signature`);
    if (!isCount(count) || count === 0) throw new FieldError(`\`${key}\` has a value that is not a count`);
    counts[signature] = count;
    sum += count;
  }
  if (sum !== total) throw new FieldError(`\`${key}\` adds up to ${sum} facts, not ${total}`);
  return counts;
}

/** True for text that a manifest may hold: one line, printable, not too long. */
export function isPlainText(text: string): boolean {
  return text.length > 0 && text.length <= MAX_TEXT && !/\p{Cc}|\p{Surrogate}/u.test(text);
}

function field(object: JsonObject, key: string): unknown {
  if (!Object.hasOwn(object, key)) throw new FieldError(`\`${key}\` is missing`);
  return object[key];
}

function wrong(key: string, expected: string): FieldError {
  return new FieldError(`\`${key}\` is not ${expected}`);
}

/** Without a pattern: one that tries again from every parenthesis would take hours for a hostile key. */
function isSignature(key: string): boolean {
  return key.indexOf('(', 1) !== -1 && key.endsWith(')');
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Deepest nesting of braces and brackets outside strings. Text that is not JSON gives some number, and fails later. Each
 * token is short: a pattern for whole strings would try again from every quote of one without end, for hours.
 */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (const [token] of text.matchAll(/\\.|["[\]{}]/gs)) {
    if (token === '"') isInString = !isInString;
    else if (isInString || token.startsWith('\\')) continue;
    else if (token === '{' || token === '[') deepest = Math.max(deepest, ++depth);
    else depth--;
    if (deepest > MAX_DEPTH) break;
  }
  return deepest;
}
