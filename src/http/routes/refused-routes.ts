import { OsoError } from '../../errors/oso-error.ts';
import type { Route } from '../route.ts';

const WRITES: readonly (readonly [method: Route['method'], path: string])[] = [
  ['POST', '/api/policy'],
  ['POST', '/api/batch'],
  ['POST', '/api/facts'],
  ['DELETE', '/api/facts'],
  ['POST', '/api/bulk'],
  ['POST', '/api/bulk_load'],
  ['POST', '/api/bulk_delete'],
  ['POST', '/api/clear_data'],
  ['POST', '/api/expect'],
];

/** Writes, which a read-only node refuses with 403: clients repeat 400 and 5xx (api reference, 12.6). Bodies stay unread. */
export function refusedWriteRoutes(): readonly Route[] {
  return WRITES.map(([method, path]) =>
    refusing(method, path, () => new OsoError('REQUEST_FORBIDDEN', 'this node is read-only: send writes to Oso Cloud')),
  );
}

function refusing(method: Route['method'], path: string, error: () => OsoError): Route {
  return {
    method,
    path,
    access: 'api',
    body: 'none',
    answer() {
      throw error();
    },
  };
}
