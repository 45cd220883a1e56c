import type { AuthorizeQuestion } from './engine.ts';
import type { RequestState } from './request-state.ts';
import { Solver } from './solver.ts';

/** Whether `allow(actor, action, resource)` holds (polar reference, 6.4). */
export function authorize({ actor, action, resource }: AuthorizeQuestion, request: RequestState): boolean {
  const row = [request.handleOf(actor), request.handleOf({ type: 'String', id: action }), request.handleOf(resource)];
  return new Solver(request).solve(request.predicate('allow', 3), row).answers.size > 0;
}
