import { quote } from '../errors/quote.ts';
import { compareStrings } from '../facts/compare-strings.ts';
import type { Value } from '../facts/fact.ts';
import type { RequestState } from './request-state.ts';

/** Most values that a message names on each side; arbitrary, enough to see what went wrong. */
const MAX_NAMED = 10;

/**
 * How the values that satisfy an assertion differ from the expected set (`codes` are values and wildcards), or undefined when they are the same. A
 * wildcard equals no finite set (polar reference, 7.8 and 12.18).
 */
export function judgeExpectation(
  expected: readonly Value[],
  codes: readonly number[],
  request: RequestState,
): string | undefined {
  const wanted = new Set(expected.map((value) => request.handleOf(value)));
  const found = new Set(codes.filter((code) => code >= 0));
  const missing = [...wanted].filter((handle) => !found.has(handle)).map((handle) => print(handle, request));
  const unexpected = [
    ...(codes.some((code) => code < 0) ? ['`*` (every value)'] : []),
    ...[...found].filter((handle) => !wanted.has(handle)).map((handle) => print(handle, request)),
  ];
  const parts = [describe('missing', missing), describe('unexpected', unexpected)].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join('; ');
}

function print(handle: number, request: RequestState): string {
  const { type, id } = request.valueOf(handle);
  return quote(`${type}:${id}`);
}

function describe(what: string, values: readonly string[]): string {
  if (values.length === 0) return '';
  const named = values.toSorted(compareStrings).slice(0, MAX_NAMED).join(', ');
  const more = values.length > MAX_NAMED ? ` and ${values.length - MAX_NAMED} more` : '';
  return `${what} ${named}${more}`;
}
