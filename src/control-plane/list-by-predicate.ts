import { quote } from '../errors/quote.ts';
import type { Fact, FactBatch } from '../facts/fact.ts';
import type { FactDownload, FetchOptions } from './control-plane.ts';
import { malformed } from './malformed.ts';

/** Facts under a query string such as `?predicate=has_role`. */
export type ListFacts = (query: string, fetch: FetchOptions) => Promise<FactDownload | 'not-modified'>;

/**
 * One listing for each predicate, one after the other, as one stream: for accounts that may not list everything at
 * once. No entity tags, because none stands for the whole. The stream throws what a listing throws, and
 * CONTROL_PLANE_MALFORMED when a listing holds facts that were not asked for.
 */
export async function* listByPredicate(
  predicates: readonly string[],
  { signal, onBytes }: FetchOptions,
  list: ListFacts,
): AsyncGenerator<FactBatch> {
  let before = 0;
  for (const predicate of new Set(predicates)) {
    let received = 0;
    const count = (bytes: number) => {
      received = bytes;
      onBytes?.(before + bytes, undefined);
    };
    const facts = await list(`?${new URLSearchParams({ predicate })}`, { signal, onBytes: count });
    if (facts === 'not-modified') throw new Error('no entity tag was sent');
    for await (const batch of facts) {
      checkPredicate(batch, predicate);
      yield batch;
    }
    before += received;
  }
}

function checkPredicate(batch: readonly Fact[], asked: string): void {
  const other = batch.find(({ predicate }) => predicate !== asked);
  if (other === undefined) return;
  const message = `the list of facts of ${quote(asked)} holds one of ${quote(other.predicate)}`;
  throw malformed(message);
}
