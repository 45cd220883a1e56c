import { compareStrings } from '../facts/compare-strings.ts';
import type { RequestState } from './request-state.ts';
import type { Table } from './table.ts';

/** The ids that answer a goal with one variable, in code point order; a wildcard is `*`. */
export function collectIds({ answers }: Table, request: RequestState): readonly string[] {
  const ids = Array.from({ length: answers.size }, (_, answer) => {
    const code = answers.at(answer, 0);
    return code < 0 ? '*' : request.valueOf(code).id;
  });
  return ids.sort(compareStrings);
}
