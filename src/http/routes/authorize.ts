import type { Drawn } from '../draw-on-data.ts';
import { readAuthorize } from '../wire/questions.ts';

/** POST /authorize. Deny is an answer like any other. */
export function answerAuthorize(body: unknown, { serving, context }: Drawn): string {
  const { question, contextFacts } = readAuthorize(body);
  return serving.engine.authorize(question, context(contextFacts)) ? '{"allowed":true}' : '{"allowed":false}';
}
