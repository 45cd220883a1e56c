import { OsoError } from '../errors/oso-error.ts';
import { quote } from '../errors/quote.ts';
import { type Fact, MAX_FACT_ARITY, MAX_ID_BYTES } from './fact.ts';

/**
 * Throws FACT_INVALID unless the fact can be stored: a name, zero to five arguments, every text non-empty, well-formed
 * Unicode and at most 512 UTF-8 bytes. Two ids that differ only in lone surrogates would be one id on disk.
 */
export function checkFact(fact: Fact): void {
  checkText('predicate', fact.predicate);
  if (fact.args.length > MAX_FACT_ARITY) {
    throw new OsoError(
      'FACT_INVALID',
      `a fact has at most ${MAX_FACT_ARITY} arguments, \`${fact.predicate}\` has ${fact.args.length}`,
    );
  }
  for (const { type, id } of fact.args) {
    checkText('type', type);
    checkText('id', id);
  }
}

/** Throws FACT_INVALID, naming the part, for a text that cannot be stored. */
export function checkText(part: 'predicate' | 'type' | 'id', text: string): void {
  if (text === '') throw new OsoError('FACT_INVALID', `the ${part} of a fact is empty`);
  if (LONE_SURROGATE.test(text)) {
    throw new OsoError('FACT_INVALID', `the ${part} ${quote(text)} of a fact is not well-formed Unicode`);
  }
  // No UTF-16 unit takes more than three bytes, so most texts need no count.
  if (text.length * 3 > MAX_ID_BYTES && Buffer.byteLength(text) > MAX_ID_BYTES) {
    throw new OsoError(
      'FACT_INVALID',
      `the ${part} ${quote(text)} of a fact has ${Buffer.byteLength(text)} bytes, more than ${MAX_ID_BYTES}`,
    );
  }
}

/** With the `u` flag pairs are one code point, so only lone surrogates match. */
const LONE_SURROGATE = /\p{Surrogate}/u;
