import { collectIds } from './collect-ids.ts';
import type { ListQuestion } from './engine.ts';
import type { RequestState } from './request-state.ts';
import { Solver } from './solver.ts';

/**
 * Ids of one exact type that the actor may act on. A wildcard that covers the type is `*` and stands beside the
 * concrete ids, because wildcards absorb nothing (polar reference, 6.3 and 6.4).
 */
export function list({ actor, action, resourceType }: ListQuestion, request: RequestState): readonly string[] {
  const free = request.wildcards.code(request.exactType(resourceType), 0, true);
  const row = [request.handleOf(actor), request.handleOf({ type: 'String', id: action }), free];
  return collectIds(new Solver(request).solve(request.predicate('allow', 3), row), request);
}
