import type { Drawn } from '../draw-on-data.ts';
import { readActions } from '../wire/questions.ts';

/** POST /actions. */
export function answerActions(body: unknown, { serving, context }: Drawn): string {
  const { question, contextFacts } = readActions(body);
  return JSON.stringify({ results: serving.engine.actions(question, context(contextFacts)) });
}
