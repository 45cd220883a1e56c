/*
 * Makes a generation of the GitHub-like world in a data directory, and questions about it, in memory that does not grow
 * with the facts: `node make-generation.mjs DIST DIRECTORY FACTS short|uuid QUESTIONS_FILE`. Prints what it took.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GITHUB_POLICY, githubFacts, githubQuestions, githubSizes, seededRandom } from '../github-world.mjs';
import { stageFacts } from './stage-facts.mjs';
import { uuidOf } from './uuid-of.mjs';

const [dist, directoryPath, factCount, ids, questionsFile] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(resolve(dist, 'src', path)).href);

const QUESTIONS = 200_000;
/** Roles that questions are made from. */
const KEPT_ROLES = 200_000;

const sizes = githubSizes(Number(factCount));
const roles = [];
const cpu = process.cpuUsage();
const { indexBytes, factCount: facts } = await stageFacts(directoryPath, {
  origin: { environment: '0123456789', tenant: 'bench', source: 'http://127.0.0.1' },
  policyText: GITHUB_POLICY,
  facts: spelledFacts(),
  load,
});
const { user, system } = process.cpuUsage(cpu);
const questions = githubQuestions(roles, { sizes, random: seededRandom(3), count: QUESTIONS });
writeFileSync(questionsFile, JSON.stringify(questions.map(spelled)));
console.log(
  JSON.stringify({ facts, indexBytes, cpuSeconds: (user + system) / 1e6, peakKb: process.resourceUsage().maxRSS }),
);

function* spelledFacts() {
  const random = seededRandom(2);
  let met = 0;
  for (const fact of githubFacts(sizes, seededRandom(1))) {
    if (fact.predicate === 'has_role' && fact.args[2].type === 'Repository') {
      // Each role is kept with the same chance: Vitter's algorithm R.
      const place = met < KEPT_ROLES ? met : random(met + 1);
      if (place < KEPT_ROLES) roles[place] = fact;
      met++;
    }
    yield ids === 'short' ? fact : { predicate: fact.predicate, args: fact.args.map(named) };
  }
}

function spelled({ actor, action, resource }) {
  return ids === 'short' ? { actor, action, resource } : { actor: named(actor), action, resource: named(resource) };
}

/** Roles and relations stay words. */
function named({ type, id }) {
  return type === 'String' ? { type, id } : { type, id: uuidOf(id) };
}
