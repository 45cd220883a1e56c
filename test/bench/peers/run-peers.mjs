/*
 * Other engines on the same world and questions as ours, in process, one after the other:
 *
 *     node test/bench/peers/run-peers.mjs [--facts 1000000] [--seconds 4] [--dist dist] [--json]
 *
 * Packages are installed for this from npm, into a folder that is removed afterwards; SWI-Prolog is measured where it is
 * installed (Debian: swi-prolog-nox). The first answers of each engine are compared with ours before anything is told.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { githubFacts, githubQuestions, githubSizes, seededRandom } from '../github-world.mjs';
import { readBench } from '../support/bench.mjs';

const { values, report, note } = readBench({ facts: '1000000', seconds: '4' });
const factCount = Number(values.facts);
const PACKAGES = ['casbin@5.51.1', '@cedar-policy/cedar-wasm@4.13.0', 'oso@0.27.3'];
const PEERS = [
  { peer: 'oso-fallback', title: 'oso-fallback' },
  { peer: 'swi-prolog', title: 'SWI-Prolog' },
  { peer: 'casbin', title: `${PACKAGES[0]}, parents supplied` },
  { peer: 'cedar', title: `cedar-wasm@4.13.0, entities supplied` },
  { peer: 'legacy-oso', title: `${PACKAGES[2]}, facts in objects` },
];
const QUESTIONS = 100_000;
const COMPARED = 5_000;
const LONGEST_MS = 60_000;
/** At this size ours has to be ahead of every other. */
const BAR_FACTS = 1_000_000;

const folder = mkdtempSync(join(tmpdir(), 'peers-bench-'));
const questionFile = join(folder, 'questions.json');
try {
  const { facts, questions } = makeWorld();
  writeFileSync(questionFile, JSON.stringify(questions));
  await install();
  const [ours, ...others] = PEERS;
  const reference = await measure(ours);
  if (!/01|10/.test(reference?.answers ?? '')) throw new Error('there is nothing to compare with');
  tell(ours, reference);
  for (const other of others) {
    const measured = other.peer === 'swi-prolog' ? await measureProlog({ facts, questions }) : await measure(other);
    if (measured === undefined) continue;
    const different = [...measured.answers].filter((answer, position) => answer !== reference.answers[position]);
    if (measured.answers.length !== COMPARED || different.length > 0) {
      throw new Error(`${other.title} answers ${different.length} of ${measured.answers.length} questions differently`);
    }
    tell(other, measured, reference);
    if (measured.atomRate === undefined) continue;
    tell({ title: `${other.title}, ids made atoms beforehand` }, { ...measured, rate: measured.atomRate }, reference);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function makeWorld() {
  const random = seededRandom(1);
  const sizes = githubSizes(factCount);
  const facts = [...githubFacts(sizes, random)];
  return { facts, questions: githubQuestions(facts, { sizes, random, count: QUESTIONS }) };
}

async function install() {
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...PACKAGES];
  await promisify(execFile)('npm', args, { cwd: folder, timeout: LONGEST_MS }).catch((error) => {
    note(`the packages cannot be installed: ${error.message.split('\n')[0]}`);
  });
}

async function measure({ peer, title }) {
  const order = { peer, factCount, questionFile, packages: folder, dist: values.dist, seconds: Number(values.seconds) };
  const script = fileURLToPath(new URL('measure-peer.mjs', import.meta.url));
  const args = ['--max-old-space-size=4096', script, JSON.stringify({ ...order, compared: COMPARED })];
  return await run(title, process.execPath, args);
}

async function measureProlog(world) {
  try {
    execFileSync('swipl', ['--version']);
  } catch {
    note('SWI-Prolog is not installed');
    return undefined;
  }
  const facts = join(folder, 'facts.pl');
  const questions = join(folder, 'questions.pl');
  await write(facts, [':- dynamic has_role/3, has_relation/3.\n'], world.facts, ({ predicate, args }) =>
    term(predicate, ...args.map(({ id }) => id)),
  );
  await write(questions, [], world.questions, ({ actor, action, resource }) =>
    term('q', resource.type, action, actor.id, resource.id),
  );
  const script = fileURLToPath(new URL('swi-prolog.pl', import.meta.url));
  return await run('SWI-Prolog', 'swipl', ['-O', script, '--', facts, questions, values.seconds, String(COMPARED)]);
}

function term(name, ...ids) {
  return `${name}(${ids.map((id) => `'${id}'`).join(',')}).\n`;
}

async function write(path, heading, items, print) {
  const file = createWriteStream(path);
  for (const line of heading) file.write(line);
  for (let at = 0; at < items.length; at += 4_096) {
    const written = file.write(
      items
        .slice(at, at + 4_096)
        .map(print)
        .join(''),
    );
    if (!written) await new Promise((drained) => file.once('drain', drained));
  }
  file.end();
  await finished(file);
}

async function run(title, command, args) {
  try {
    const { stdout } = await promisify(execFile)(command, args, { timeout: LONGEST_MS, maxBuffer: 2 ** 24 });
    return JSON.parse(stdout);
  } catch (error) {
    note(`${title} was not measured: ${error.killed ? 'it took too long' : error.message.split('\n').slice(0, 3)}`);
    return undefined;
  }
}

function tell({ title }, { rate, residentKilobytes }, reference) {
  const bar = factCount === BAR_FACTS ? { most: 1 } : undefined;
  const compared = reference && { baseline: 'oso-fallback', ratio: rate / reference.rate, bar };
  report({ name: title, figure: rate, unit: 'decisions/s', ...compared });
  note(`${' '.repeat(48)}${Math.round(residentKilobytes / 1024)} MiB resident`);
}
