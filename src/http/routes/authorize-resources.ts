import type { Drawn } from '../draw-on-data.ts';
import { readAuthorizeResources } from '../wire/questions.ts';

/** POST /authorize_resources. */
export function answerAuthorizeResources(body: unknown, { serving, context }: Drawn): string {
  const { question, contextFacts } = readAuthorizeResources(body);
  return JSON.stringify({ results: serving.engine.authorizeResources(question, context(contextFacts)) });
}
