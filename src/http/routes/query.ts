import type { Drawn } from '../draw-on-data.ts';
import { readQuery } from '../wire/questions.ts';

/** POST /query. Every argument has both keys; null is a wildcard (api reference, 4.6). */
export function answerQuery(body: unknown, { serving, context }: Drawn): string {
  const { question, contextFacts } = readQuery(body);
  const results = serving.engine.query(question, context(contextFacts)).map(({ predicate, args }) => ({
    predicate,
    args: args.map(({ type, id }) => ({ type, id })),
  }));
  return JSON.stringify({ results });
}
