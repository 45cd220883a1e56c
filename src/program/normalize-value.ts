import type { Value } from '../facts/fact.ts';

const INTEGER_TEXT = /^[+-]?[0-9]+$/u;
/** Longer digits could still be leading zeros, but nobody writes those; the limit keeps hostile text cheap. */
const MAX_INTEGER_LENGTH = 64;

/**
 * The value as it is stored and compared: an Integer as canonical decimal text of 64 bits (`007` and `+7` become `7`),
 * a Boolean `true` or `false`, anything else unchanged. Absent when the id is not text of its type
 * (polar reference, 12.31).
 */
export function normalizeValue(value: Value): Value | undefined {
  const id = canonicalId(value.type, value.id);
  if (id === undefined) return undefined;
  return id === value.id ? value : { type: value.type, id };
}

/** The id of {@link normalizeValue}. */
export function canonicalId(type: string, id: string): string | undefined {
  if (type === 'Integer') return canonicalInteger(id);
  if (type === 'Boolean') return id === 'true' || id === 'false' ? id : undefined;
  return id;
}

function canonicalInteger(text: string): string | undefined {
  if (text.length > MAX_INTEGER_LENGTH || !INTEGER_TEXT.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value.toString() : undefined;
}
