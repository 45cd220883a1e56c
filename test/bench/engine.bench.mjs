/*
 * Decisions per second, one thread, in process:
 *
 *     node test/bench/engine.bench.mjs [--facts 1000000] [--store index|memory] [--dist dist] [--json]
 *
 * Beside them, in turns, the least that any answer costs: looking the question up in a `Map` that has all the answers.
 */
import { GITHUB_POLICY, githubFacts, githubQuestions, githubSizes, seededRandom } from './github-world.mjs';
import { median, readBench } from './support/bench.mjs';
import { indexFacts } from './support/index-facts.mjs';

const { values, load, report, note } = readBench({ facts: '1000000', store: 'index' });
const { createEngine } = await load('engine/create-engine.js');
const { createMemoryFacts } = await load('facts/memory-facts.js');
const { loadPolicy } = await load('program/load-policy.js');

const QUESTIONS = 400_000;
const HOT = 1_000;
const ROUNDS = 5;
/** At this size, and for questions that differ or repeat. */
const BARS = { facts: 1_000_000, distinct: { least: 450_000, of: 'figure' }, repeated: { least: 1e6, of: 'figure' } };

const loaded = loadPolicy([{ name: 'github.polar', text: GITHUB_POLICY }]);
if (!loaded.ok) throw new Error(loaded.errors.map((error) => error.message).join('\n'));

const factCount = Number(values.facts);
const random = seededRandom(1);
const sizes = githubSizes(factCount);
const made = [...githubFacts(sizes, random)];
const facts = values.store === 'index' ? await indexFacts(made, load) : createMemoryFacts(made);
const distinct = githubQuestions(made, { sizes, random, count: QUESTIONS });
const engine = createEngine(loaded.program, facts);
const request = {
  contextFacts: [],
  unixTime: 1_700_000_000n,
  budget: { maxSteps: 10_000_000, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => performance.now() },
};

const hot = distinct.slice(0, HOT);
const repeated = Array.from({ length: QUESTIONS / HOT }, () => hot).flat();
const copies = (questions) => questions.map((question) => structuredClone(question));
note(`${facts.factCount} facts (${values.store}), ${QUESTIONS} questions, ${process.version}`);
measureDecisions('distinct', copies(distinct));
measureDecisions('repeated', copies(repeated));
const actors = distinct.slice(0, 2_000);
measureAnswers('list', ({ actor }) => engine.list({ actor, action: 'read', resourceType: 'Repository' }, request));
measureAnswers('actions', ({ actor, resource }) => engine.actions({ actor, resource }, request));

/** Medians of some rounds, after one that warms up. */
function measureDecisions(kind, questions) {
  const answers = new Map(questions.map((question) => [keyOf(question), engine.authorize(question, request)]));
  const rates = { engine: [], map: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const ours = rateOf(questions, (question) => engine.authorize(question, request));
    const map = rateOf(questions, (question) => answers.get(keyOf(question)));
    if (round === 0) continue;
    rates.engine.push(ours);
    rates.map.push(map);
  }
  const figure = median(rates.engine);
  report({
    name: `decisions, ${kind}, ${factCount.toLocaleString('en')} facts`,
    figure,
    unit: '/s of CPU',
    baseline: 'a Map of all answers',
    ratio: figure / median(rates.map),
    bar: factCount === BARS.facts && values.store === 'index' ? BARS[kind] : undefined,
  });
}

function keyOf({ actor, action, resource }) {
  return `${actor.type}\n${actor.id}\n${action}\n${resource.type}\n${resource.id}`;
}

/** Questions per second of processor time. */
function rateOf(questions, decide) {
  const before = process.cpuUsage();
  let allowed = 0;
  for (const question of questions) if (decide(question)) allowed++;
  const { user, system } = process.cpuUsage(before);
  if (allowed === 0 || allowed === questions.length) throw new Error('all answers are the same');
  return (questions.length / (user + system)) * 1e6;
}

function measureAnswers(kind, ask) {
  for (const question of actors) ask(question);
  const before = process.cpuUsage();
  let ids = 0;
  for (const question of actors) ids += ask(question).length;
  const { user, system } = process.cpuUsage(before);
  const each = (ids / actors.length).toFixed(1);
  const name = `${kind}, ${factCount.toLocaleString('en')} facts, ${each} answers each`;
  report({ name, figure: (user + system) / actors.length, unit: 'µs of CPU each' });
}
