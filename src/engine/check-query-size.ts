import { OsoError } from '../errors/oso-error.ts';
import type { ConjunctiveQuery } from './engine.ts';

/** Most calls and variables together; arbitrary, far above what a person writes, and its square is still small. */
const MAX_CONDITIONS = 1000;

/** Throws EVAL_LIMIT: what a query costs grows with the square of its conditions. */
export function checkQuerySize({ calls, constraints }: ConjunctiveQuery): void {
  if (calls.length + constraints.size <= MAX_CONDITIONS) return;
  throw new OsoError('EVAL_LIMIT', `the query has more than ${MAX_CONDITIONS} conditions`, {
    hint: 'ask several smaller queries',
  });
}
