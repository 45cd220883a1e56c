/*
 * One engine in a process of its own: takes the world, answers, and prints one JSON line with decisions a second of
 * processor time, resident memory, and its first answers as 0 and 1.
 *
 *     node measure-peer.mjs '{"peer", "factCount", "questionFile", "packages", "dist", "seconds", "compared"}'
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GITHUB_POLICY, githubFacts, githubSizes, seededRandom } from '../github-world.mjs';

const { peer, factCount, questionFile, packages, dist, seconds, compared } = JSON.parse(process.argv[2]);
/** Questions between two looks at the clock. */
const BATCH = 200;

const { createPeer } = await import(`./${peer}.mjs`);
const { decide } = await createPeer({
  facts: githubFacts(githubSizes(factCount), seededRandom(1)),
  policy: GITHUB_POLICY,
  loadPackage: createRequire(join(packages, 'package.json')),
  load: (path) => import(pathToFileURL(resolve(dist, 'src', path)).href),
});
const questions = JSON.parse(readFileSync(questionFile, 'utf8'));
let answers = '';
for (const question of questions.slice(0, compared)) answers += (await decide(question)) ? '1' : '0';

const before = process.cpuUsage();
let asked = 0;
let micros = 0;
while (micros < seconds * 1e6) {
  for (let end = asked + BATCH; asked < end; asked++) {
    const answer = decide(questions[asked % questions.length]);
    if (typeof answer !== 'boolean') await answer;
  }
  const { user, system } = process.cpuUsage(before);
  micros = user + system;
}
const residentKilobytes = process.memoryUsage.rss() / 1024;
console.log(JSON.stringify({ rate: (asked / micros) * 1e6, residentKilobytes, answers }));
