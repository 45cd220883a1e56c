import { readFileSync } from 'node:fs';
import { Oso, typedVar } from 'oso-cloud';
import { Oso as OsoV1 } from 'oso-cloud-v1';
import { describe, expect, test } from 'vitest';
import { generateExampleFacts } from '../../src/cli/example-data.ts';
import { type ExampleQuestion, exampleQuestions } from '../../src/cli/example-questions.ts';
import { holdPort } from '../support/hold-port.ts';
import { type PrimaryAndNode, startPrimaryAndNode, TOKEN } from './support/primary-and-node.ts';

/*
 * The story the product exists for: an application asks Oso Cloud through the official client; the cloud goes away;
 * the client turns to the node and gets the same answers. The cloud is a dev-server, killed with SIGKILL.
 */

const FACT_COUNT = 20_000;
const POLICY = new URL('../../examples/code-hosting.polar', import.meta.url);

interface Deployment extends PrimaryAndNode {
  readonly held: Disposable[];
}

/** A primary with example data, and a node that has copied them. */
async function deploy(): Promise<Deployment> {
  const facts = generateExampleFacts({ factCount: FACT_COUNT });
  const running = await startPrimaryAndNode({ policy: readFileSync(POLICY, 'utf8'), facts });
  expect(await running.node.event('serving')).toMatchObject({ origin: 'live' });
  const held: Disposable[] = [];
  return {
    ...running,
    held,
    async [Symbol.asyncDispose]() {
      for (const port of held) port[Symbol.dispose]();
      await running[Symbol.asyncDispose]();
    },
  };
}

async function killPrimary({ primary, primaryUrl, held }: Deployment): Promise<void> {
  primary.kill('SIGKILL');
  await primary.ended;
  // The client goes on trying it for as long as the test lasts.
  held.push(await holdPort(Number(new URL(primaryUrl).port)));
  await expect(fetch(primaryUrl)).rejects.toThrow();
}

/** Both majors of the client answer these. */
interface Client {
  authorize(actor: Value, action: string, resource: Value): Promise<boolean>;
  list(actor: Value, action: string, resourceType: string): Promise<string[]>;
  actions(actor: Value, resource: Value): Promise<string[]>;
}

interface Value {
  type: string;
  id: string;
}

function ask(client: Client, question: ExampleQuestion): Promise<boolean | string[]> {
  switch (question.kind) {
    case 'authorize':
      return client.authorize(question.actor, question.action, question.resource);
    case 'list':
      return client.list(question.actor, question.action, question.resourceType);
    case 'actions':
      return client.actions(question.actor, question.resource);
  }
}

/** The client waits a little between its attempts at a dead primary: so many questions wait at once. */
const QUESTIONS_AT_ONCE = 50;

async function askAll(client: Client, questions: readonly ExampleQuestion[]) {
  const answers: { question: ExampleQuestion; answer: boolean | string[] }[] = [];
  for (let at = 0; at < questions.length; at += QUESTIONS_AT_ONCE) {
    const asked = questions.slice(at, at + QUESTIONS_AT_ONCE).map(async (question) => {
      const answer = await ask(client, question);
      return { question, answer: Array.isArray(answer) ? answer.toSorted() : answer };
    });
    answers.push(...(await Promise.all(asked)));
  }
  return answers;
}

const USER = { type: 'User', id: 'user-3' };
const REPOSITORY = { type: 'Repository', id: 'org-0/repo-3' };
const PEER = { type: 'User', id: 'user-4' };

/** One call of each kind that version 2 sends to a fallback, besides the three that are asked at random. */
function otherCalls(oso: Oso): Record<string, () => Promise<unknown>> {
  const action = typedVar('String');
  const repository = typedVar('Repository');
  return {
    metadata: () => oso.getPolicyMetadata(),
    'with context facts': () => oso.authorize(PEER, 'push', REPOSITORY, [['has_permission', PEER, 'push', REPOSITORY]]),
    'a query for a map': async () => {
      const answer = await oso
        .buildQuery(['allow', USER, action, repository])
        .in(repository, ['org-0/repo-3', 'org-0/repo-4', 'nowhere'])
        .evaluate(new Map([[repository, action]]));
      return [...answer].map(([id, actions]) => [id, [...actions].sort()]).sort();
    },
    'a query for a list': async () =>
      (await oso.buildQuery(['allow', USER, 'read', repository]).evaluate(repository)).toSorted(),
    'a query that holds or not': () => oso.buildQuery(['allow', USER, 'read', REPOSITORY]).evaluate(),
    'pages of a list': async () => (await oso.listPaginated(USER, 'read', 'Repository', 10_000)).results.toSorted(),
  };
}

describe('when the primary is killed', () => {
  test('the client of version 2 gets the answers of before from the node', async () => {
    await using deployment = await deploy();
    const oso = new Oso(deployment.primaryUrl, TOKEN, { fallbackUrl: deployment.nodeUrl });
    const questions = [...exampleQuestions({ factCount: FACT_COUNT, count: 1_000, seed: 1 })];
    const before = await askAll(oso, questions);
    const calls = Object.entries(otherCalls(oso));
    const othersBefore: [string, unknown][] = [];
    for (const [name, call] of calls) othersBefore.push([name, await call()]);
    const allowed = before.filter(({ answer }) => answer === true || (Array.isArray(answer) && answer.length > 0));
    expect(allowed.length).toBeGreaterThan(300);
    expect(allowed.length).toBeLessThan(900);

    await killPrimary(deployment);

    const after = await askAll(oso, questions);
    for (const [position, { question, answer }] of after.entries()) {
      expect({ question, answer }).toEqual(before[position]);
    }
    for (const [position, [name, call]] of calls.entries()) {
      expect([name, await call()]).toEqual(othersBefore[position]);
    }
  }, 180_000);

  test('the client of version 1 gets the answers of before from the node', async () => {
    await using deployment = await deploy();
    const oso = new OsoV1(deployment.primaryUrl, TOKEN, { fallbackUrl: deployment.nodeUrl });
    const questions = [...exampleQuestions({ factCount: FACT_COUNT, count: 300, seed: 1 })];
    const resources = ['org-0/repo-3', 'org-0/repo-4', 'nowhere', 'org-0/repo-3'].map((id) => ({
      type: 'Repository',
      id,
    }));
    const others = async () => ({
      authorizeResources: await oso.authorizeResources(USER, 'read', resources),
      query: await oso.query('has_role', USER, { type: 'String' }, { type: 'Repository' }),
    });
    const before = await askAll(oso, questions);
    const othersBefore = await others();

    await killPrimary(deployment);

    expect(await askAll(oso, questions)).toEqual(before);
    expect(await others()).toEqual(othersBefore);
  }, 180_000);

  test('a filtered listing of facts, whose filter the client drops on the way, is refused and not answered wrongly', async () => {
    await using deployment = await deploy();
    const oso = new Oso(deployment.primaryUrl, TOKEN, { fallbackUrl: deployment.nodeUrl });
    expect(await oso.get(['has_role', USER, null, null])).not.toHaveLength(0);
    await killPrimary(deployment);
    await expect(oso.get(['has_role', USER, null, null])).rejects.toThrow(/drops the query string/);
  });
});
