import { isAbsent } from './field.ts';
import { readId } from './value.ts';

/** What GET /facts asks for. Positions that are not named accept anything; types compare exactly. */
export interface FactsFilter {
  readonly predicate: string | undefined;
  readonly args: ReadonlyMap<number, ArgFilter>;
}

export interface ArgFilter {
  readonly type?: string;
  readonly id?: string;
}

/** `predicate`, `args.N.type`, `args.N.id`; other parameters are not ours (api reference, 4.9). Throws REQUEST_INVALID. */
export function readFactsFilter(parameters: ReadonlyMap<string, string>): FactsFilter {
  const args = new Map<number, ArgFilter>();
  for (const [name, value] of parameters) {
    const [, position, half] = /^args\.(\d{1,4})\.(type|id)$/u.exec(name) ?? [];
    if (isAbsent(position) || isAbsent(half)) continue;
    args.set(Number(position), { ...args.get(Number(position)), [half]: value });
  }
  for (const [position, { type, id }] of args) {
    if (type === undefined || id === undefined) continue;
    args.set(position, { type, id: readId({ type, id, path: `args.${position}.id` }) });
  }
  return { predicate: parameters.get('predicate'), args };
}
