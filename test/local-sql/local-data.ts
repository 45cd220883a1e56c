import type { SqlDialect } from '../../src/config/sql-dialect.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Fact } from '../../src/facts/fact.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { parseDataBindings } from '../../src/local-sql/parse-data-bindings.ts';
import type { LocalData } from '../../src/local-sql/solve-question.ts';
import { programOf, requestWith } from '../support/engine-world.ts';

/** What questions are asked of: a policy, central facts such as `has_role User:alice member Org:1`, and data bindings. */
export function localData(
  policy: string,
  facts: readonly string[],
  bindings: string,
  dialect: SqlDialect = 'postgresql',
  request = requestWith(),
): LocalData {
  const program = programOf(policy);
  const engine = createEngine(program, createMemoryFacts(facts.map(readFact)));
  return { program, goals: engine.goals(request), data: parseDataBindings(bindings), dialect };
}

function readFact(text: string): Fact {
  const [predicate = '', ...words] = text.split(' ');
  return {
    predicate,
    args: words.map((word) => {
      const [type = '', id] = word.split(/:(.*)/su);
      return id === undefined ? { type: 'String', id: type } : { type, id };
    }),
  };
}
