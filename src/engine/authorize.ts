import type { Checker } from './checker.ts';
import type { AuthorizeQuestion, RequestContext } from './engine.ts';
import type { RequestState } from './request-state.ts';
import { Solver } from './solver.ts';

/** What answers a question about one decision: the checker where it can, otherwise the solver. */
export interface Deciders {
  readonly checker: Checker;
  begin(context: RequestContext): RequestState;
}

/** Whether `allow(actor, action, resource)` holds (polar reference, 6.4). */
export function authorize(question: AuthorizeQuestion, context: RequestContext, deciders: Deciders): boolean {
  const quick = context.contextFacts.length === 0 ? deciders.checker.authorize(question, context) : undefined;
  return quick ?? authorizeBySolver(question, deciders.begin(context));
}

/** The complete way, whatever the question. */
export function authorizeBySolver({ actor, action, resource }: AuthorizeQuestion, request: RequestState): boolean {
  const row = [request.handleOf(actor), request.handleOf({ type: 'String', id: action }), request.handleOf(resource)];
  return new Solver(request).solve(request.predicate('allow', 3), row).answers.size > 0;
}
