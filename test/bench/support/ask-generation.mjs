/*
 * Asks the newest generation of a data directory in process, and prints one line of JSON: microseconds of processor time.
 * `node ask-generation.mjs DIST DIRECTORY MEMORY_BYTES QUESTIONS_FILE`.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median } from './bench.mjs';

const [dist, directoryPath, memoryBytes, questionsFile] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(resolve(dist, 'src', path)).href);
const { openDataDirectory } = await load('generations/data-directory.js');
const { openNewest } = await load('generations/open-newest.js');
const { systemClock } = await load('util/clock.js');

const ROUNDS = 5;
const LISTS = 2_000;
const request = {
  contextFacts: [],
  unixTime: 1_700_000_000n,
  budget: { maxSteps: 10_000_000, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => performance.now() },
};
const directory = await openDataDirectory(directoryPath, 'bench');
const { opened, failures } = await openNewest(directory, { memoryBytes: Number(memoryBytes), clock: systemClock });
if (opened === undefined) throw failures[0]?.error ?? new Error('there is no generation');
const { engine } = opened.serving;
const questions = JSON.parse(readFileSync(questionsFile, 'utf8'));
const authorize = rounds(questions, (question) => engine.authorize(question, request));
const some = questions.slice(0, LISTS);
const list = rounds(
  some,
  ({ actor }) => engine.list({ actor, action: 'read', resourceType: 'Repository' }, request).length,
);
const actions = rounds(some, ({ actor, resource }) => engine.actions({ actor, resource }, request).length);
const { mode, memoryBytes: indexMemory } = opened.index;
const rssMb = process.memoryUsage().rss / 2 ** 20;
console.log(JSON.stringify({ mode, indexMemory, rssMb, authorize, list, actions }));
opened.close();
directory.close();

/** Microseconds each and the mean answer, after one round that warms up. */
function rounds(items, ask) {
  const micros = [];
  let sum = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    sum = 0;
    const before = process.cpuUsage();
    for (const item of items) sum += Number(ask(item));
    const { user, system } = process.cpuUsage(before);
    if (round > 0) micros.push((user + system) / items.length);
  }
  return { micros: median(micros), mean: sum / items.length };
}
