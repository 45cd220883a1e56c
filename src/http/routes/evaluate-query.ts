import type { QueryRow } from '../../engine/engine.ts';
import type { Drawn } from '../draw-on-data.ts';
import { readConjunctiveQuery, type SentQuery } from '../wire/conjunctive-query.ts';

/** POST /evaluate_query. Every row has every variable; null is a wildcard, and only listed ids appear (api reference, 5.3). */
export function answerEvaluateQuery(body: unknown, { serving, context }: Drawn): string {
  const { question, contextFacts } = readConjunctiveQuery(body);
  const rows = serving.engine.evaluateQuery(question, context(contextFacts));
  return `{"results":[${rows.map((row) => printRow(row, question)).join(',')}]}`;
}

/** By hand: a variable may have any name, and an object would give `__proto__` and digits a life of their own. */
function printRow(row: QueryRow, { constraints }: SentQuery): string {
  const members: string[] = [];
  for (const [variable, id] of row) {
    const sentId = id === null ? undefined : constraints.get(variable)?.sentIds?.get(id);
    members.push(`${JSON.stringify(variable)}:${JSON.stringify(sentId ?? id)}`);
  }
  return `{${members.join(',')}}`;
}
