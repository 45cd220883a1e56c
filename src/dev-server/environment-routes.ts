import type { Serving } from '../engine/serving.ts';
import { type DataAccess, drawOnData } from '../http/draw-on-data.ts';
import type { Answer, Route } from '../http/route.ts';
import { readQueryString } from '../http/wire/query-string.ts';
import type { Environments } from './environments.ts';

/** What only a stand-in has: environments for single tests, counts, and a place where parity results vanish. */
export function environmentRoutes(environments: Environments, access: DataAccess): readonly Route[] {
  const open = ({ query }: { query: string }): Answer => {
    const kind = readQueryString(query, /^copy$/u).get('copy') === 'true' ? 'copy' : 'empty';
    return { status: 200, body: JSON.stringify({ token: environments.open(kind) }) };
  };
  return [
    { method: 'POST', path: '/test_environment', access: 'open', body: 'none', answer: open },
    { method: 'POST', path: '/api/test_environment', access: 'open', body: 'none', answer: open },
    {
      method: 'GET',
      path: '/api/stats',
      access: 'api',
      body: 'none',
      answer: (call) => ({ status: 200, body: drawOnData(access, call, ({ serving }) => printStats(serving)) }),
    },
    {
      method: 'POST',
      path: '/api/expect',
      access: 'api',
      body: 'json',
      answer: () => ({ status: 200, body: '{"message":"accepted, and dropped"}' }),
    },
  ];
}

/** Shape of the Go, Python and Ruby clients (api reference, 4.12). */
function printStats({ facts }: Serving): string {
  const count = (predicate: string) =>
    facts.relations
      .filter((relation) => relation.predicate === predicate)
      .reduce((sum, { rowCount }) => sum + rowCount, 0);
  return JSON.stringify({
    num_roles: count('has_role'),
    num_relations: count('has_relation'),
    num_facts: facts.factCount,
  });
}
