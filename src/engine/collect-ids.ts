import { OsoError } from '../errors/oso-error.ts';
import { compareStrings } from '../facts/compare-strings.ts';
import type { Value } from '../facts/fact.ts';
import { PRIMITIVE_TYPES } from '../program/type-table.ts';
import type { RequestState } from './request-state.ts';
import type { Table } from './table.ts';

/** The ids that answer a goal with one variable, in code point order; a wildcard is `*`. Throws what `unmistakableId` throws. */
export function collectIds({ answers }: Table, request: RequestState): readonly string[] {
  const ids = Array.from({ length: answers.size }, (_, answer) => {
    const code = answers.at(answer, 0);
    return code < 0 ? WILDCARD : unmistakableId(request.valueOf(code));
  });
  return ids.sort(compareStrings);
}

/**
 * The id of a value that nobody named. Throws FACT_INVALID for an object whose id is `*`: a control plane may have facts
 * about it, but a client would take it for everything.
 */
export function unmistakableId({ type, id }: Value): string {
  if (id !== WILDCARD || PRIMITIVE_TYPES.has(type)) return id;
  throw new OsoError('FACT_INVALID', `the answer has an object \`${type}\` with the id \`*\`, the mark of a wildcard`, {
    hint: 'delete the facts about it',
  });
}

/** What clients show for every id of a type (api reference, 4.2). */
const WILDCARD = '*';
