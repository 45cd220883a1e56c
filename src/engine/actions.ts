import { collectIds } from './collect-ids.ts';
import type { ActionsQuestion } from './engine.ts';
import type { RequestState } from './request-state.ts';
import { Solver } from './solver.ts';

/** Names of what the actor may do to the resource; `*` for a free action, beside the names (polar reference, 6.4). */
export function actions({ actor, resource }: ActionsQuestion, request: RequestState): readonly string[] {
  const free = request.wildcards.code(request.exactType('String'), 0, true);
  const row = [request.handleOf(actor), free, request.handleOf(resource)];
  return collectIds(new Solver(request).solve(request.predicate('allow', 3), row), request);
}
