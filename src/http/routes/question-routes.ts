import { type Drawn, drawOnData } from '../draw-on-data.ts';
import type { Route } from '../route.ts';
import { answerActions } from './actions.ts';
import { type AuthorizeOptions, authorizeRoute } from './authorize.ts';
import { answerAuthorizeResources } from './authorize-resources.ts';
import { answerBulkActions } from './bulk-actions.ts';
import { answerEvaluateQuery } from './evaluate-query.ts';
import { answerList } from './list.ts';
import { answerQuery } from './query.ts';

/** Body in, text of the answer out. Throws REQUEST_INVALID, and what the engine throws. */
type AnswerQuestion = (body: unknown, drawn: Drawn) => string;

const QUESTIONS: readonly (readonly [path: string, answer: AnswerQuestion])[] = [
  ['/api/list', answerList],
  ['/api/actions', answerActions],
  ['/api/authorize_resources', answerAuthorizeResources],
  ['/api/bulk_actions', answerBulkActions],
  ['/api/query', answerQuery],
  ['/api/evaluate_query', answerEvaluateQuery],
];

/** Everything that is asked with POST and answered by the engine (api reference, 4.1 to 4.7). */
export function questionRoutes(options: AuthorizeOptions): readonly Route[] {
  const others = QUESTIONS.map(
    ([path, answer]): Route => ({
      method: 'POST',
      path,
      access: 'api',
      body: 'json',
      answer: (call) => ({ status: 200, body: drawOnData(options, call, (drawn) => answer(call.body, drawn)) }),
    }),
  );
  return [authorizeRoute(options), ...others];
}
