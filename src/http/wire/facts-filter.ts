import { isAbsent } from './field.ts';
import { readQueryString } from './query-string.ts';

/**
 * What GET /facts asks for, as it was sent. Positions that are not named accept anything; types compare exactly, and an id
 * in the form that it has in each type.
 */
export interface FactsFilter {
  readonly predicate: string | undefined;
  readonly args: ReadonlyMap<number, ArgFilter>;
}

export interface ArgFilter {
  readonly type?: string;
  readonly id?: string;
}

const PARAMETERS = /^(?:predicate|args\.(\d+)\.(type|id))$/u;

/**
 * `predicate`, `args.N.type`, `args.N.id`; other parameters are not ours (api reference, 4.9). An id that its type
 * cannot have is no error: no fact has it. Throws REQUEST_INVALID.
 */
export function readFactsFilter(query: string): FactsFilter {
  const parameters = readQueryString(query, PARAMETERS);
  const args = new Map<number, ArgFilter>();
  for (const [name, value] of parameters) {
    const [, position, half] = name.split('.');
    if (isAbsent(position) || isAbsent(half)) continue;
    args.set(Number(position), { ...args.get(Number(position)), [half]: value });
  }
  return { predicate: parameters.get('predicate'), args };
}
