import type { Route } from '../route.ts';
import { type FactsRouteOptions, factsRoute } from './facts.ts';
import { policyRoutes } from './policy.ts';
import { questionRoutes } from './question-routes.ts';
import { localSqlRoutes } from './refused-routes.ts';

/** Every route that only reads (api reference, 1). */
export function readRoutes(options: FactsRouteOptions): readonly Route[] {
  return [...questionRoutes(options), ...policyRoutes(options), factsRoute(options), ...localSqlRoutes()];
}
