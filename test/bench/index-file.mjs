/*
 * Builds an index file of so many facts and asks it:
 *
 *     taskset -c 0 node --max-old-space-size=96 test/bench/index-file.mjs [--facts 1000000] [--ids short|uuid]
 *         [--mode resident|paged] [--cache-mb 64] [--dist dist] [--json]
 *
 * Peak memory is that of this process at the end of the build, the generator included. Rates are medians of several runs,
 * per second of processor time; the build runs once, on an empty heap. Beside each rate of questions the same number of
 * ids is looked up in a `Map`.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median as middle, readBench } from './support/bench.mjs';

const { values, load, report } = readBench({ facts: '1000000', ids: 'short', mode: 'resident', 'cache-mb': '64' });
const { buildIndex } = await load('facts/index/build-index.js');
const { openIndex } = await load('facts/index/open-index.js');

const count = Number(values.facts);
const { ids: kind, mode } = values;
const cacheMb = Number(values['cache-mb']);
const BUILD_MEMORY_BYTES = 48 * 2 ** 20;
const LOOKUPS = 100_000;
const RUNS = 5;

/** Entities of each type per thousand facts: issues have a repository, an author and assignees; people have roles. */
const COUNTS = { User: count / 10, Org: count / 1000, Repository: count / 20, Issue: count / 4 };

const directory = mkdtempSync(join(tmpdir(), 'index-file-'));
try {
  const path = join(directory, 'facts.index');
  const bare = await timed(async () => {
    for await (const batch of generate()) if (batch.length === 0) break;
  });
  const build = await timed(() =>
    buildIndex(generate(), { path, temporaryDirectory: directory, memoryBytes: BUILD_MEMORY_BYTES }),
  );
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const memoryBytes = mode === 'paged' ? cacheMb * 2 ** 20 : 2 ** 32;
  const opened = await timed(() => openIndex(path, { memoryBytes, verify: true }));
  const index = opened.result;
  const factCount = index.summary.factCount;
  const what = `${count.toLocaleString('en')} ${kind} ids, ${index.mode}`;
  const tell = (name, figure, unit, more) => report({ name: `${name}, ${what}`, figure, unit, ...more });
  const beside = (name, figure) => tell(name, figure, '/s of CPU', { baseline: 'a Map', ratio: figure / mapRate });
  const mapRate = median(lookUpInMap);
  tell('index on disk', statSync(path).size / factCount, 'bytes a fact');
  tell('build', rate(count, build.ms - bare.ms), 'facts/s of CPU');
  tell('build, peak memory', peakMb, 'MiB');
  tell('open and verify', opened.ms, 'ms of CPU');
  beside(
    'id to number',
    median(() => lookUp(index.reader, 0)),
  );
  beside(
    'unknown id',
    median(() => lookUp(index.reader, count)),
  );
  beside(
    'number to id',
    median(() => decode(index.reader)),
  );
  beside(
    'rows of a user',
    median(() => seek(index.reader)),
  );
  tell(
    'scan as lines',
    median(() => scan(index.lines(), factCount)),
    'facts/s of CPU',
  );
  tell('scan as facts', await medianAsync(() => scanFacts(index, factCount)), 'facts/s of CPU');
  tell('resident memory', process.memoryUsage().rss / 2 ** 20, 'MiB');
  index[Symbol.dispose]();
} finally {
  rmSync(directory, { recursive: true });
}

async function* generate() {
  const random = makeRandom(1);
  const pick = (type) => value(type, Math.floor(random() * COUNTS[type]));
  const roles = ['reader', 'triager', 'writer', 'maintainer', 'admin'].map((id) => ({ type: 'String', id }));
  const relation = (name) => ({ type: 'String', id: name });
  const [repository, author, organization] = ['repository', 'author', 'organization'].map(relation);
  let batch = [];
  for (let i = 0; i < count; i++) {
    const turn = i % 10;
    if (turn < 3) batch.push(fact('has_relation', value('Issue', i >> 2), repository, pick('Repository')));
    else if (turn < 5) batch.push(fact('has_relation', value('Issue', i >> 2), author, pick('User')));
    else if (turn < 6) batch.push(fact('has_relation', value('Repository', i / 20), organization, pick('Org')));
    else
      batch.push(
        fact('has_role', pick('User'), roles[Math.floor(random() * 5)], pick(turn < 8 ? 'Org' : 'Repository')),
      );
    if (batch.length < 1000) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

function fact(predicate, ...args) {
  return { predicate, args };
}

function value(type, number) {
  return { type, id: idOf(type, Math.floor(number)) };
}

function idOf(type, number) {
  if (kind === 'short') return `${type.toLowerCase()}-${String(number).padStart(8, '0')}`;
  const hex = (salt) =>
    hash(number * 4 + salt, type.length)
      .toString(16)
      .padStart(8, '0');
  const [a, b, c, d] = [hex(0), hex(1), hex(2), hex(3)];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

function hash(number, seed) {
  let h = Math.imul(number ^ (seed * 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x27d4eb2f);
  return (h ^ (h >>> 15)) >>> 0;
}

function makeRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return hash(state, 7) / 2 ** 32;
  };
}

/** Rates of one run, by question. The ids are made before the clock starts. */
function lookUp({ dictionary }, shift) {
  const random = makeRandom(2);
  const made = Array.from({ length: LOOKUPS }, () => idOf('User', Math.floor(random() * COUNTS.User) + shift));
  const ids = JSON.parse(JSON.stringify(made));
  const start = cpuMs();
  let found = 0;
  for (const id of ids) if (dictionary.handleOf('User', id) !== -1) found++;
  if (shift > 0 && found > 0) throw new Error('found an id that no fact has');
  return rate(LOOKUPS, cpuMs() - start);
}

function lookUpInMap() {
  const random = makeRandom(2);
  const numbers = new Map(Array.from({ length: COUNTS.User }, (_, number) => [idOf('User', number), number]));
  const made = Array.from({ length: LOOKUPS }, () => idOf('User', Math.floor(random() * COUNTS.User)));
  const ids = JSON.parse(JSON.stringify(made));
  const start = cpuMs();
  let found = 0;
  for (const id of ids) if (numbers.has(id)) found++;
  if (found !== LOOKUPS) throw new Error('an id is missing');
  return rate(LOOKUPS, cpuMs() - start);
}

function decode({ dictionary }) {
  const random = makeRandom(3);
  const handles = Array.from({ length: LOOKUPS }, () => Math.floor(random() * dictionary.valueCount));
  const start = cpuMs();
  for (const handle of handles) if (dictionary.valueOf(handle).id === '') throw new Error('an id is empty');
  return rate(LOOKUPS, cpuMs() - start);
}

function seek({ dictionary, relations }) {
  const relation = relations.find(({ predicate, types }) => predicate === 'has_role' && types[2] === 'Repository');
  const path = relation.access([0]);
  const random = makeRandom(4);
  const users = Array.from({ length: LOOKUPS }, () =>
    dictionary.handleOf('User', idOf('User', Math.floor(random() * COUNTS.User))),
  );
  const start = cpuMs();
  let rows = 0;
  for (const user of users) {
    let at = path.seek(user, 0, 0, 0, 0);
    for (const end = path.end; at < end; at++) rows += path.get(at, 2) >= 0 ? 1 : 0;
  }
  if (rows === 0) throw new Error('found no rows');
  return rate(LOOKUPS, cpuMs() - start);
}

function scan(lines, facts) {
  const start = cpuMs();
  for (const chunk of lines) if (chunk.length === 0) throw new Error('a chunk is empty');
  return rate(facts, cpuMs() - start);
}

async function scanFacts(index, facts) {
  const start = cpuMs();
  for await (const batch of index.facts()) if (batch.length === 0) throw new Error('a batch is empty');
  return rate(facts, cpuMs() - start);
}

/** Processor time, so that neighbours on the machine do not count. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function timed(work) {
  const start = cpuMs();
  const result = await work();
  return { ms: cpuMs() - start, result };
}

function median(work) {
  return middle(Array.from({ length: RUNS }, work));
}

async function medianAsync(work) {
  const rates = [];
  for (let run = 0; run < RUNS; run++) rates.push(await work());
  return middle(rates);
}

function rate(operations, ms) {
  return (operations / ms) * 1000;
}
