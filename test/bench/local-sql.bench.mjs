// How long it takes to make the SQL of local authorization: milliseconds of processor time, by kind of question.
//
//   npm run build && node test/bench/local-sql.bench.mjs [facts] [questions] [example | github]
//
// example: examples/code-hosting.polar; the repositories of issues, and which repositories are public, are rows.
// github: the policy of the engine's bench; the repositories and creators of issues are rows.
// One in a thousand of those facts, and everything else, is central.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { generateExampleFacts } from '../../dist/src/cli/example-data.js';
import { exampleQuestions } from '../../dist/src/cli/example-questions.js';
import { createEngine } from '../../dist/src/engine/create-engine.js';
import { createMemoryFacts } from '../../dist/src/facts/memory-facts.js';
import { actionsSql, authorizeSql, filterSql, listSql, selectSql } from '../../dist/src/local-sql/local-questions.js';
import { parseDataBindings } from '../../dist/src/local-sql/parse-data-bindings.js';
import { loadPolicy } from '../../dist/src/program/load-policy.js';
import { GITHUB_POLICY, githubFacts, githubQuestions, githubSizes, seededRandom } from './github-world.mjs';

const KINDS = ['authorize', 'list', 'actions', 'select', 'filter'];
/** The first questions warm up the compiler. */
const WARM_UP = 300;
/** A statement with more ids is long because of them: these are told apart. */
const FEW_IDS = 100;

/** How each kind asks about an actor, an action and a resource. */
const WRITE = {
  authorize: authorizeSql,
  list: ({ actor, action, resource }, context) =>
    listSql({ actor, action, resourceType: resource.type }, 'id', context),
  actions: actionsSql,
  select: (question, context) => selectSql(whatOneMay(question), new Map([['resource', 'id']]), context),
  filter: (question, context) => filterSql(whatOneMay(question), { variable: 'resource', column: 'id' }, context),
};

const { positionals } = parseArgs({ allowPositionals: true });
const [facts = '100000', questions = '3000', name = 'example'] = positionals;
const factCount = Number(facts);
const world = name === 'github' ? githubWorld() : exampleWorld();
const loaded = loadPolicy([{ name: 'policy.polar', text: world.policy }]);
if (!loaded.ok) throw new Error('the policy does not load');
const data = parseDataBindings(world.bindings);
const engine = createEngine(loaded.program, createMemoryFacts(central(world.facts)));

const measured = new Map(KINDS.map((kind) => [kind, []]));
let asked = 0;
for (const question of world.questions) {
  const kind = KINDS[asked++ % KINDS.length];
  const budget = { maxSteps: 1e9, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => 0 };
  const goals = engine.goals({ contextFacts: [], unixTime: 1_800_000_000n, budget });
  const before = process.cpuUsage();
  const sql = WRITE[kind](question, { program: loaded.program, goals, data, dialect: 'postgresql' });
  const { user, system } = process.cpuUsage(before);
  if (asked > WARM_UP) measured.get(kind).push({ ms: (user + system) / 1000, ids: sql.split("'").length >> 1 });
}

console.log(`${name}, ${factCount} facts, ${questions} questions; ms of processor time`);
console.log('| kind | p50 | p99 | most | p99 up to 100 ids | µs an id beyond |\n| --- | --- | --- | --- | --- | --- |');
for (const [kind, all] of [...measured, ['all', [...measured.values()].flat()]]) {
  const few = all.filter(({ ids }) => ids <= FEW_IDS);
  const many = all.filter(({ ids }) => ids > FEW_IDS).map(({ ms, ids }) => (1000 * ms) / ids);
  const times = all.map(({ ms }) => ms);
  const cells = [
    at(times, 0.5),
    at(times, 0.99),
    at(times, 1),
    at(
      few.map(({ ms }) => ms),
      0.99,
    ),
  ];
  console.log(
    `| ${kind} | ${cells.join(' | ')} | ${many.length === 0 ? '' : `${at(many, 0.5)} (${many.length} statements)`} |`,
  );
}

function at(numbers, part) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN).toFixed(2);
}

/** Without the facts that the database holds, but one in a thousand. */
function* central(all) {
  let held = 0;
  for (const fact of all) {
    const isLocal = data.bindings.some(
      ({ predicate, args }) =>
        predicate === fact.predicate &&
        args.length === fact.args.length &&
        args.every((arg, at) => (arg.kind === 'column' ? arg.type : arg.value.type) === fact.args[at].type) &&
        args.every((arg, at) => arg.kind === 'column' || arg.value.id === fact.args[at].id),
    );
    if (!isLocal || held++ % 1000 === 0) yield fact;
  }
}

function exampleWorld() {
  return {
    policy: readFileSync(new URL('../../examples/code-hosting.polar', import.meta.url), 'utf8'),
    bindings: `facts:
  has_relation(Issue:_, repository, Repository:_): { query: "SELECT id, repository_id FROM issue" }
  is_public(Repository:_): { query: "SELECT id FROM repository WHERE is_public" }
`,
    facts: generateExampleFacts({ factCount }),
    questions: exampleQuestions({ factCount, count: Number(questions) + WARM_UP, kinds: ['authorize'] }),
  };
}

function githubWorld() {
  const sizes = githubSizes(factCount);
  const all = [...githubFacts(sizes, seededRandom(1))];
  return {
    policy: GITHUB_POLICY,
    bindings: `facts:
  has_relation(Issue:_, repository, Repository:_): { query: "SELECT id, repository_id FROM issue" }
  has_relation(Issue:_, creator, User:_): { query: "SELECT id, creator_id FROM issue" }
`,
    facts: all,
    questions: githubQuestions(all, { sizes, random: seededRandom(2), count: Number(questions) + WARM_UP }),
  };
}

/** The resources that an actor may do something with, as a query. */
function whatOneMay({ actor, action, resource }) {
  return {
    calls: [{ predicate: 'allow', variables: ['actor', 'action', 'resource'] }],
    constraints: new Map([
      ['actor', { type: actor.type, ids: [actor.id] }],
      ['action', { type: 'String', ids: [action] }],
      ['resource', { type: resource.type, ids: null }],
    ]),
  };
}
