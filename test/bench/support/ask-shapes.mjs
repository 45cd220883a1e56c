/*
 * Facts of extreme shapes, each asked in process: `node ask-shapes.mjs DIST`. Prints one line of JSON: milliseconds of
 * processor time for a question, the middle of five engines that are asked it for the first time.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median } from './bench.mjs';
import { indexFacts } from './index-facts.mjs';

const load = (path) => import(pathToFileURL(resolve(process.argv[2], 'src', path)).href);
const { createEngine } = await load('engine/create-engine.js');
const { loadPolicy } = await load('program/load-policy.js');

const POLICY = `
actor User {}
actor Team {}
resource Folder {
  roles = ["viewer"];
  permissions = ["view"];
  relations = { parent: Folder };
  role if role on "parent";
  "view" if "viewer";
}
has_role(u: User, role: String, f: Folder) if t matches Team and in_team(u, t) and has_role(t, role, f);
in_team(u: Actor, t: Team) if s matches Team and in_team(u, s) and in_team(s, t);
`;
const ENGINES = 5;
const CHAIN = 10_000;
const NESTING = 1_000;
const MEMBERS = 1_000_000;
const { program } = loadPolicy([{ name: 'shapes.polar', text: POLICY }]);
const request = {
  contextFacts: [],
  unixTime: 1_700_000_000n,
  budget: { maxSteps: 200_000_000, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => performance.now() },
};
const folder = (id) => ({ type: 'Folder', id: String(id) });
const team = (id) => ({ type: 'Team', id: String(id) });
const user = (id) => ({ type: 'User', id: String(id) });
const viewer = { type: 'String', id: 'viewer' };
const view = (actor, resource) => (engine) => engine.authorize({ actor, action: 'view', resource }, request);
const list = (actor) => (engine) => engine.list({ actor, action: 'view', resourceType: 'Folder' }, request).length;

const found = {
  ...(await ask(chain(), {
    'chain of 10,000 folders, allowed at its end': view(user('ann'), folder(0)),
    'chain of 10,000 folders, denied at its end': view(user('bob'), folder(0)),
    'chain of 10,000 folders, all of them listed': list(user('ann')),
  })),
  ...(await ask(nesting(), {
    '1,000 teams in each other, allowed to the innermost': view(user('ann'), folder('top')),
    '1,000 teams in each other, denied to a stranger': view(user('bob'), folder('top')),
    '1,000 teams in each other, listed for the innermost': list(user('ann')),
  })),
  ...(await ask(hub(), {
    'team of 1,000,000, allowed to a member': view(user(777_777), folder('shared')),
    'team of 1,000,000, denied to a stranger': view(user('bob'), folder('shared')),
    'team of 1,000,000, listed for a member': list(user(5)),
  })),
};
console.log(JSON.stringify(found));

async function ask(facts, questions) {
  const reader = await indexFacts(facts, load);
  const millis = {};
  for (const [name, question] of Object.entries(questions)) {
    const times = Array.from({ length: ENGINES }, () => {
      const engine = createEngine(program, reader);
      const before = process.cpuUsage();
      const answer = question(engine);
      const { user: userMicros, system } = process.cpuUsage(before);
      return { answer, millis: (userMicros + system) / 1_000 };
    });
    millis[name] = { millis: median(times.map((time) => time.millis)), answer: Number(times[0].answer) };
  }
  return millis;
}

function* chain() {
  for (let at = 0; at < CHAIN; at++)
    yield { predicate: 'has_relation', args: [folder(at), { type: 'String', id: 'parent' }, folder(at + 1)] };
  yield { predicate: 'has_role', args: [user('ann'), viewer, folder(CHAIN)] };
}

function* nesting() {
  for (let at = 0; at < NESTING; at++) yield { predicate: 'in_team', args: [team(at), team(at + 1)] };
  yield { predicate: 'in_team', args: [user('ann'), team(0)] };
  yield { predicate: 'has_role', args: [team(NESTING), viewer, folder('top')] };
}

function* hub() {
  for (let at = 0; at < MEMBERS; at++) yield { predicate: 'in_team', args: [user(at), team('all')] };
  yield { predicate: 'has_role', args: [team('all'), viewer, folder('shared')] };
}
