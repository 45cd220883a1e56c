import type { Value } from '../facts/fact.ts';
import type { AuthorizeResourcesQuestion } from './engine.ts';
import type { RequestState } from './request-state.ts';
import { Solver } from './solver.ts';

/** The resources that the actor may act on; order and duplicates kept (api reference, 4.4). */
export function authorizeResources(
  { actor, action, resources }: AuthorizeResourcesQuestion,
  request: RequestState,
): readonly Value[] {
  const solver = new Solver(request);
  const allow = request.predicate('allow', 3);
  const question = [request.handleOf(actor), request.handleOf({ type: 'String', id: action })];
  return resources.filter(
    (resource) => solver.solve(allow, [...question, request.handleOf(resource)]).answers.size > 0,
  );
}
