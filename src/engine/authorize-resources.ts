import type { Value } from '../facts/fact.ts';
import type { Deciders } from './authorize.ts';
import type { AuthorizeResourcesQuestion, RequestContext } from './engine.ts';
import { Solver } from './solver.ts';

/** The resources that the actor may act on; order and duplicates kept (api reference, 4.4). */
export function authorizeResources<Resource extends Value>(
  { actor, action, resources }: AuthorizeResourcesQuestion<Resource>,
  context: RequestContext,
  { checker, begin }: Deciders,
): readonly Resource[] {
  const request = begin(context);
  const solver = new Solver(request);
  const allow = request.predicate('allow', 3);
  const isQuick = context.contextFacts.length === 0;
  const question = [request.handleOf(actor), request.handleOf({ type: 'String', id: action })];
  return resources.filter((resource) => {
    request.meter.step();
    const quick = isQuick ? checker.authorize({ actor, action, resource }, context) : undefined;
    return quick ?? solver.solve(allow, [...question, request.handleOf(resource)]).answers.size > 0;
  });
}
