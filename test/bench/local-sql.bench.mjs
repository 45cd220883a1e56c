// How long it takes to make the SQL of local authorization, for the example policy with repository data bound locally.
//
//   npm run build && node test/bench/local-sql.bench.mjs [facts] [questions]
import { readFileSync } from 'node:fs';
import { generateExampleFacts } from '../../dist/src/cli/example-data.js';
import { exampleQuestions } from '../../dist/src/cli/example-questions.js';
import { createEngine } from '../../dist/src/engine/create-engine.js';
import { createMemoryFacts } from '../../dist/src/facts/memory-facts.js';
import { actionsSql, authorizeSql, listSql } from '../../dist/src/local-sql/local-questions.js';
import { parseDataBindings } from '../../dist/src/local-sql/parse-data-bindings.js';
import { loadPolicy } from '../../dist/src/program/load-policy.js';

const [facts = '100000', questions = '3000'] = process.argv.slice(2);
const [factCount, count] = [Number(facts), Number(questions)];
const BINDINGS = `facts:
  has_relation(Issue:_, repository, Repository:_):
    query: SELECT id, repository_id FROM issue
  is_public(Repository:_):
    query: SELECT id FROM repository WHERE is_public
`;

const text = readFileSync(new URL('../../examples/code-hosting.polar', import.meta.url), 'utf8');
const loaded = loadPolicy([{ name: 'code-hosting.polar', text }]);
if (!loaded.ok) throw new Error('the example policy does not load');
const engine = createEngine(loaded.program, createMemoryFacts(generateExampleFacts({ factCount })));
const data = parseDataBindings(BINDINGS);

const times = [];
let refused = 0;
for (const question of exampleQuestions({ factCount, count: count + 300 })) {
  const budget = { maxSteps: 1e9, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => 0 };
  const goals = engine.goals({ contextFacts: [], unixTime: 1_800_000_000n, budget });
  const context = { program: loaded.program, goals, data, dialect: 'postgresql' };
  const started = performance.now();
  try {
    if (question.kind === 'authorize') authorizeSql(question, context);
    else if (question.kind === 'list') listSql(question, 'id', context);
    else actionsSql(question, context);
  } catch (error) {
    if (error.code !== 'SQL_UNSUPPORTED') throw error;
    refused += 1;
  }
  times.push(performance.now() - started);
}
// The first three hundred warm up the compiler.
const sorted = times.slice(300).sort((a, b) => a - b);
const at = (part) => `${sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(2)} ms`;
console.log(
  `${factCount} facts, ${count} questions: p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, most ${at(1)}; ${refused} refused`,
);
