import type { Route } from '../route.ts';
import type { AuthorizeOptions } from './authorize.ts';
import { type FactsRouteOptions, factsRoute } from './facts.ts';
import { type LocalSqlOptions, localSqlRoutes } from './local-sql-routes.ts';
import { policyRoutes } from './policy.ts';
import { questionRoutes } from './question-routes.ts';

/** Every route that only reads (api reference, 1). */
export function readRoutes(options: AuthorizeOptions & FactsRouteOptions & LocalSqlOptions): readonly Route[] {
  return [...questionRoutes(options), ...policyRoutes(options), factsRoute(options), ...localSqlRoutes(options)];
}
