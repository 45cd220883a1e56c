import { type DataAccess, type Drawn, drawOnData } from '../draw-on-data.ts';
import type { ParseUsual } from '../parse-body.ts';
import type { Route } from '../route.ts';
import { parseUsualAuthorize } from '../wire/usual-authorize.ts';
import { answerActions } from './actions.ts';
import { answerAuthorize } from './authorize.ts';
import { answerAuthorizeResources } from './authorize-resources.ts';
import { answerBulkActions } from './bulk-actions.ts';
import { answerEvaluateQuery } from './evaluate-query.ts';
import { answerList } from './list.ts';
import { answerQuery } from './query.ts';

/** Body in, text of the answer out. Throws REQUEST_INVALID, and what the engine throws. */
type AnswerQuestion = (body: unknown, drawn: Drawn) => string;

const QUESTIONS: readonly (readonly [path: string, answer: AnswerQuestion, parseUsual?: ParseUsual])[] = [
  ['/api/authorize', answerAuthorize, parseUsualAuthorize],
  ['/api/list', answerList],
  ['/api/actions', answerActions],
  ['/api/authorize_resources', answerAuthorizeResources],
  ['/api/bulk_actions', answerBulkActions],
  ['/api/query', answerQuery],
  ['/api/evaluate_query', answerEvaluateQuery],
];

/** Everything that is asked with POST and answered by the engine (api reference, 4.1 to 4.7). */
export function questionRoutes(access: DataAccess): readonly Route[] {
  return QUESTIONS.map(([path, answer, parseUsual]) => ({
    method: 'POST',
    path,
    access: 'api',
    body: 'json',
    parseUsual,
    answer: (call) => ({ status: 200, body: drawOnData(access, call, (drawn) => answer(call.body, drawn)) }),
  }));
}
