/*
 * How long it takes to make the SQL of local authorization: milliseconds of processor time, by kind of question.
 *
 *     node test/bench/local-sql.bench.mjs [--facts 100000] [--questions 1500] [--world example] [--dist dist] [--json]
 *
 * Worlds: `example` is examples/code-hosting.polar, where rows are the repositories of issues and which repositories are
 * public; `github` is the policy of the engine's bench, where rows are the repositories and creators of issues. One in a
 * thousand of those facts, and everything else, is central. `held`: of statements that hold at most a hundred ids;
 * `an id`: of a statement that holds more, divided by their number.
 */
import { readFileSync } from 'node:fs';
import { GITHUB_POLICY, githubFacts, githubQuestions, githubSizes, seededRandom } from './github-world.mjs';
import { readBench } from './support/bench.mjs';

const { values, load, report } = readBench({ facts: '100000', questions: '1500', world: 'example' });
const { generateExampleFacts } = await load('cli/example-data.js');
const { exampleQuestions } = await load('cli/example-questions.js');
const { createEngine } = await load('engine/create-engine.js');
const { createMemoryFacts } = await load('facts/memory-facts.js');
const { actionsSql, authorizeSql, filterSql, listSql, selectSql } = await load('local-sql/local-questions.js');
const { parseDataBindings } = await load('local-sql/parse-data-bindings.js');
const { loadPolicy } = await load('program/load-policy.js');

const KINDS = ['authorize', 'list', 'actions', 'select', 'filter'];
/** The first questions warm up the compiler. */
const WARM_UP = 300;
/** Each question is asked so often and the median taken: what else the machine does falls into one of the runs. */
const RUNS = 3;
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

const factCount = Number(values.facts);
const world = values.world === 'github' ? githubWorld() : exampleWorld();
const loaded = loadPolicy([{ name: 'policy.polar', text: world.policy }]);
if (!loaded.ok) throw new Error('the policy does not load');
const data = parseDataBindings(world.bindings);
const engine = createEngine(loaded.program, createMemoryFacts(central(world.facts)));

const measured = new Map(KINDS.map((kind) => [kind, []]));
let asked = 0;
for (const question of world.questions) {
  const kind = KINDS[asked++ % KINDS.length];
  const runs = Array.from({ length: RUNS }, () => run(kind, question)).sort((a, b) => a.ms - b.ms);
  if (asked > WARM_UP) measured.get(kind).push(runs[RUNS >> 1]);
}

for (const [kind, all] of [...measured, ['all kinds', [...measured.values()].flat()]]) {
  const few = all.filter(({ ids }) => ids <= FEW_IDS);
  const many = all.filter(({ ids }) => ids > FEW_IDS).map(({ ms, ids }) => (1000 * ms) / ids);
  const times = all.map(({ ms }) => ms);
  const fewTimes = few.map(({ ms }) => ms);
  tell(`${kind}, p50`, at(times, 0.5));
  tell(`${kind}, p99`, at(times, 0.99));
  report({ name: `${kind}, p99 held`, figure: at(fewTimes, 0.99), unit: 'ms of CPU', bar: { most: 5 } });
  if (many.length > 0) report({ name: `${kind}, an id`, figure: at(many, 0.5), unit: 'µs of CPU' });
}

function tell(name, figure) {
  report({ name, figure, unit: 'ms of CPU' });
}

function run(kind, question) {
  const budget = { maxSteps: 1e9, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => 0 };
  const goals = engine.goals({ contextFacts: [], unixTime: 1_800_000_000n, budget });
  const before = process.cpuUsage();
  const sql = WRITE[kind](question, { program: loaded.program, goals, data, dialect: 'postgresql' });
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, ids: sql.split("'").length >> 1 };
}

function at(numbers, part) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
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
    questions: exampleQuestions({ factCount, count: Number(values.questions) + WARM_UP, kinds: ['authorize'] }),
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
    questions: githubQuestions(all, { sizes, random: seededRandom(2), count: Number(values.questions) + WARM_UP }),
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
