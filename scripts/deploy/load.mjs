// `load URL KEY SECONDS`: questions from eight clients, each over one kept connection, none of them repeated whatever
// happens. Prints one JSON line; exit code 1 when one of them was not answered with 200.
import { Agent, request } from 'node:http';
import { exampleQuestions } from '../../dist/src/cli/example-questions.js';

const [url, key, seconds] = process.argv.slice(2);
const CLIENTS = 8;
const questions = [...exampleQuestions({ factCount: 20_000, count: 1_000, kinds: ['authorize'] })];
const deadline = performance.now() + Number(seconds) * 1_000;
const failures = {};
const nodes = {};
let answered = 0;

await Promise.all(Array.from({ length: CLIENTS }, (_, client) => askUntilDeadline(`client-${client}`)));
console.log(JSON.stringify({ answered, failures, nodes }));
process.exitCode = answered > 0 && Object.keys(failures).length === 0 ? 0 : 1;

async function askUntilDeadline(client) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let asked = 0; performance.now() < deadline; asked += 1) {
    const outcome = await ask(questions[asked % questions.length], { client, agent });
    if (outcome === 200) answered += 1;
    else failures[outcome] = (failures[outcome] ?? 0) + 1;
  }
  agent.destroy();
}

/** The status, or what went wrong. */
function ask({ actor, action, resource }, { client, agent }) {
  const body = JSON.stringify({
    actor_type: actor.type,
    actor_id: actor.id,
    action,
    resource_type: resource.type,
    resource_id: resource.id,
  });
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-oso-instance-id': client,
  };
  return new Promise((resolve) => {
    const sent = request(`${url}/api/authorize`, { method: 'POST', agent, headers }, (response) => {
      const node = response.headers['oso-fallback-snapshot'] ?? 'none';
      nodes[node] = (nodes[node] ?? 0) + 1;
      response.resume().on('end', () => resolve(response.statusCode));
      response.on('error', (error) => resolve(error.code ?? error.message));
    });
    sent.setTimeout(30_000, () => sent.destroy(new Error('timeout')));
    sent.on('error', (error) => resolve(error.code ?? error.message));
    sent.end(body);
  });
}
