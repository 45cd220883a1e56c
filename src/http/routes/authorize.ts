import type { AnswerCache } from '../answer-cache.ts';
import { type DataAccess, type Drawn, drawOnData } from '../draw-on-data.ts';
import { parseBody } from '../parse-body.ts';
import type { Route } from '../route.ts';
import { readAuthorize } from '../wire/questions.ts';
import { parseUsualAuthorize } from '../wire/usual-authorize.ts';

export interface AuthorizeOptions extends DataAccess {
  /** Only where a snapshot id names data that never change: on a node. */
  readonly answers?: AnswerCache | undefined;
}

/** POST /authorize (api reference, 4.1). Deny is an answer like any other. */
export function authorizeRoute(options: AuthorizeOptions): Route {
  return {
    method: 'POST',
    path: '/api/authorize',
    access: 'api',
    body: 'bytes',
    answer: (call) => {
      const isAllowed = drawOnData(options, call, (drawn) => authorize(call.bytes, drawn, options.answers));
      return { status: 200, body: isAllowed ? '{"allowed":true}' : '{"allowed":false}' };
    },
  };
}

/** Throws REQUEST_INVALID, and what the engine throws; only answers are remembered. */
function authorize(bytes: Buffer, { serving, context }: Drawn, answers: AnswerCache | undefined): boolean {
  const known = answers?.find(serving.snapshotId, bytes);
  if (known !== undefined) return known;
  const { question, contextFacts } = readAuthorize(parseBody(bytes, parseUsualAuthorize));
  const asked = context(contextFacts);
  const isAllowed = serving.engine.authorize(question, asked);
  if (!asked.isTimeAsked) answers?.add(bytes, isAllowed);
  return isAllowed;
}
