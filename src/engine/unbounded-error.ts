import { OsoError } from '../errors/oso-error.ts';
import type { Rule } from '../program/program.ts';
import { printPlace } from '../source/frame.ts';

/** The error of a rule whose answer has no finite form (polar reference, 12.11 and 12.20). */
export function unboundedError(what: 'negation' | 'comparison', { predicate, span }: Rule): OsoError {
  const place = span === undefined ? '' : ` at ${printPlace(span)}`;
  return new OsoError(
    'EVAL_UNBOUNDED',
    `unbounded ${what}: the rule for \`${predicate}\`${place} tests a variable that nothing gives a value`,
    { span, hint: 'add a condition to the rule that binds the variable, such as a role or a relation' },
  );
}
