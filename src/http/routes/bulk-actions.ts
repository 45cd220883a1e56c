import type { Drawn } from '../draw-on-data.ts';
import { readBulkActions } from '../wire/questions.ts';

/** POST /bulk_actions. The one client that asks sends the context facts of all in the first element (api reference, 4.5). */
export function answerBulkActions(body: unknown, { serving, context }: Drawn): string {
  const all = readBulkActions(body);
  const request = context(all.flatMap(({ contextFacts }) => contextFacts));
  return JSON.stringify(all.map(({ question }) => ({ results: serving.engine.actions(question, request) })));
}
