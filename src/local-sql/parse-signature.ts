import { quote } from '../errors/quote.ts';
import { MAX_FACT_ARITY } from '../facts/fact.ts';
import { ABSTRACT_TYPES } from '../polar/built-in-types.ts';
import { canonicalId } from '../program/normalize-value.ts';
import type { BindingArg } from './binding.ts';

export type ParsedSignature =
  | { readonly kind: 'signature'; readonly predicate: string; readonly args: readonly BindingArg[] }
  | { readonly kind: 'fault'; readonly message: string };

const FORM = /^\s*([^\s(),]+)\s*\(([\s\S]*)\)\s*$/u;

/** A type, whose name may have segments joined by `::`, and what stands behind the first colon that joins none. */
const TYPED = /^([^\s":]+(?:::[^\s":]+)*)\s*:(?!:)\s*([\s\S]+)$/u;

/** What stands between commas; commas in quotes are text. */
const ARGUMENT = /(?:^|,)((?:"[^"]*"|[^",]|"(?=[^"]*$))*)/gu;

/**
 * `has_relation(Item:_, box, Box:_)`: `Type:_` is a column, `Type:id` a fixed value, a bare word a fixed String
 * (api reference, 6.3).
 */
export function parseSignature(text: string): ParsedSignature {
  const [, predicate, inside] = FORM.exec(text) ?? [];
  if (predicate === undefined || inside === undefined) {
    return fault('it is not of the form `predicate(Type:_, Type:id, word)`');
  }
  const parts = inside.trim() === '' ? [] : [...inside.matchAll(ARGUMENT)].map(([, part = '']) => part.trim());
  if (parts.length > MAX_FACT_ARITY) return fault(`a fact has at most ${MAX_FACT_ARITY} arguments`);
  const args: BindingArg[] = [];
  for (const [position, part] of parts.entries()) {
    const arg = parseArg(part);
    if (typeof arg === 'string') return fault(`argument ${position + 1} ${arg}`);
    args.push(arg);
  }
  return { kind: 'signature', predicate, args };
}

function fault(message: string): ParsedSignature {
  return { kind: 'fault', message };
}

/** The argument, or what is wrong with it. */
function parseArg(text: string): BindingArg | string {
  if (text === '') return 'is empty';
  if (text === '_') return 'is a wildcard without a type: write `Type:_`';
  if (!text.includes(':') || isQuoted(text)) {
    if (!isQuoted(text) && /["{}]/u.test(text)) return `is ${quote(text)}: write \`Type:_\`, \`Type:id\` or a word`;
    return { kind: 'value', value: { type: 'String', id: unquoted(text) } };
  }
  const [, type = '', id = ''] = TYPED.exec(text) ?? [];
  if (type === '') return `must be \`Type:_\` or \`Type:id\`, not ${quote(text)}`;
  if (ABSTRACT_TYPES.has(type)) return `has the abstract type \`${type}\`: name a concrete one`;
  if (id === '_') return { kind: 'column', type };
  const canonical = canonicalId(type, unquoted(id));
  if (canonical === undefined) return `is ${quote(id)}, which is no ${type}`;
  return { kind: 'value', value: { type, id: canonical } };
}

/** A word can be written as in Polar. */
function unquoted(text: string): string {
  return isQuoted(text) ? text.slice(1, -1) : text;
}

function isQuoted(text: string): boolean {
  return /^"[^"]*"$/u.test(text);
}
