import { OsoError } from '../errors/oso-error.ts';
import { checkFact } from '../facts/check-fact.ts';
import type { Fact, Value } from '../facts/fact.ts';
import { canonicalId } from '../program/normalize-value.ts';

/**
 * A fact as the API lists it: `{"predicate": "has_role", "args": [{"type": "User", "id": "bob"}, …]}`. Other keys are
 * ignored. Integers come in the one form that questions and policies have (polar reference, 12.31); what is none stays as it
 * is, and equals nothing. Throws FACT_INVALID saying what is wrong.
 */
export function parseFact(element: unknown): Fact {
  if (typeof element !== 'object' || element === null) throw invalid('a fact is an object');
  if (!('predicate' in element) || typeof element.predicate !== 'string') throw invalid('`predicate` is a text');
  if (!('args' in element) || !Array.isArray(element.args)) throw invalid('`args` is a list');
  const fact = { predicate: element.predicate, args: element.args.map(parseValue) };
  checkFact(fact);
  return fact;
}

function parseValue(argument: unknown): Value {
  if (typeof argument !== 'object' || argument === null) throw invalid('an argument is an object');
  if (!('type' in argument) || typeof argument.type !== 'string') throw invalid('the `type` of an argument is a text');
  if (!('id' in argument) || typeof argument.id !== 'string') throw invalid('the `id` of an argument is a text');
  const { type, id } = argument;
  return { type, id: canonicalId(type, id) ?? id };
}

function invalid(message: string): OsoError {
  return new OsoError('FACT_INVALID', message);
}
