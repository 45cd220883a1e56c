import { OsoError } from '../errors/oso-error.ts';
import type { Fact } from '../facts/fact.ts';
import { checkFact } from '../program/check-fact.ts';
import type { Program } from '../program/program.ts';

/** Throws FACT_INVALID, in the words of the API, unless the policy lets the fact be stored (api reference, 4.14). */
export function requireFact(program: Program, fact: Fact): void {
  const fault = checkFact(program, fact);
  if (fault !== undefined) throw new OsoError('FACT_INVALID', fault);
}
