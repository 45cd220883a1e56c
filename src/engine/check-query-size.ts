import { OsoError } from '../errors/oso-error.ts';
import type { ConjunctiveQuery } from './engine.ts';

/** Far above what a person writes; what stays below is held to the limits of steps and time. */
export const MAX_CONDITIONS = 1000;

/** Calls and variables together may be `most`. Throws EVAL_LIMIT: what a query costs grows at least with their square. */
export function checkQuerySize({ calls, constraints }: ConjunctiveQuery, most: number): void {
  if (calls.length + constraints.size <= most) return;
  throw new OsoError('EVAL_LIMIT', `the query has more than ${most} conditions`, {
    hint: 'ask several smaller queries',
  });
}
