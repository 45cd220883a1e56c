import type { Drawn } from '../draw-on-data.ts';
import { readAuthorizeResources } from '../wire/questions.ts';

/** POST /authorize_resources. Clients look the answers up among what they sent (api reference, 4.4). */
export function answerAuthorizeResources(body: unknown, { serving, context }: Drawn): string {
  const { question, contextFacts } = readAuthorizeResources(body);
  const allowed = serving.engine.authorizeResources(question, context(contextFacts));
  return JSON.stringify({ results: allowed.map(({ type, id, sentId = id }) => ({ type, id: sentId })) });
}
