import type { ValuePattern } from '../../engine/engine.ts';
import { OsoError } from '../../errors/oso-error.ts';
import type { Value } from '../../facts/fact.ts';
import { canonicalId } from '../../program/normalize-value.ts';
import { isAbsent, readRecord, readText } from './field.ts';

/** Types that no value has: a policy declares what they stand for (polar reference, 6.4). */
const ABSTRACT_TYPES: ReadonlySet<string> = new Set(['Actor', 'Resource']);

/** `{"type", "id"}`, both given (api reference, 3.1). Throws REQUEST_INVALID naming the path. */
export function readValue(value: unknown, path: string): Value {
  const record = readRecord(value, path);
  return readTypedId({
    type: record['type'],
    id: record['id'],
    typePath: `${path}.type`,
    idPath: `${path}.id`,
  });
}

/** A value that an answer gives back as it was sent. */
export interface SentValue extends Value {
  /** The id that was sent, where that is another form of it. */
  readonly sentId?: string;
}

/** As `readValue`. */
export function readSentValue(value: unknown, path: string): SentValue {
  const read = readValue(value, path);
  const sentId = readRecord(value, path)['id'];
  return sentId === read.id ? read : { ...read, sentId: String(sentId) };
}

/** A value whose two halves stand apart, as in `actor_type` and `actor_id`. Throws REQUEST_INVALID. */
export function readTypedId(given: { type: unknown; id: unknown; typePath: string; idPath: string }): Value {
  const type = readConcreteType(given.type, given.typePath);
  return { type, id: readId({ type, id: given.id, path: given.idPath }) };
}

/** A value, a typed wildcard (no id) or a wildcard (neither). Throws REQUEST_INVALID, also for an id without type. */
export function readValuePattern(value: unknown, path: string): ValuePattern {
  if (value === null) return { type: null, id: null };
  const record = readRecord(value, path);
  const { type, id } = record;
  if (isAbsent(type)) {
    if (isAbsent(id)) return { type: null, id: null };
    throw new OsoError('REQUEST_INVALID', `\`${path}.type\` is missing: an id needs a type`);
  }
  if (isAbsent(id)) return { type: readConcreteType(type, `${path}.type`), id: null };
  return readTypedId({ type, id, typePath: `${path}.type`, idPath: `${path}.id` });
}

/** A type name that a value can have. Throws REQUEST_INVALID. */
export function readConcreteType(value: unknown, path: string): string {
  const type = readText(value, path);
  if (ABSTRACT_TYPES.has(type)) {
    throw new OsoError('REQUEST_INVALID', `\`${path}\` is \`${type}\`, which is abstract: name a concrete type`);
  }
  return type;
}

/**
 * The one form of an id: `007` and `7` are the same Integer (polar reference, 12.31).
 * Throws REQUEST_INVALID for an Integer outside 64 bits and for a Boolean that is neither `true` nor `false`.
 */
export function readId({ type, id, path }: { type: string; id: unknown; path: string }): string {
  const text = readText(id, path);
  const canonical = canonicalId(type, text);
  if (canonical !== undefined) return canonical;
  const wanted = type === 'Boolean' ? '`true` or `false`' : 'a 64-bit integer';
  throw new OsoError('REQUEST_INVALID', `\`${path}\` must be ${wanted}: its type is ${type}`);
}
