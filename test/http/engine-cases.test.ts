import { describe, expect, test } from 'vitest';
import type { AuthorizeQuestion, ConjunctiveQuery, ListQuestion } from '../../src/engine/engine.ts';
import type { Value } from '../../src/facts/fact.ts';
import { type RunningDevServer, startDevServer } from '../dev-server/support/running-dev-server.ts';
import { type EngineAsk, type EngineCase, loadEngineCases } from '../support/engine-cases.ts';
import { FakeClock } from '../support/fake-clock.ts';

const CASES = loadEngineCases();

/** The questions that the engine answers in process, asked over HTTP. */
describe.each([...new Set(CASES.map(({ file }) => file))])('%s', (file) => {
  test.each(CASES.filter((engineCase) => engineCase.file === file))('$title', async (engineCase) => {
    await using running = await startCase(engineCase);
    for (const ask of engineCase.asks) {
      const { path, body } = requestOf(ask);
      const reply = await running.ask({ path, body: { ...body, context_facts: engineCase.contextFacts } });
      if (isRefused(ask)) expect(reply).toMatchObject({ status: 400, json: { message: expect.any(String) } });
      else expect(reply, JSON.stringify(ask)).toMatchObject({ status: 200, text: JSON.stringify(expectedOf(ask)) });
    }
  });
});

async function startCase({ policy, facts, unixTime }: EngineCase): Promise<RunningDevServer> {
  const clock = new FakeClock(Number(unixTime ?? 1_000_000n) * 1_000);
  const running = await startDevServer({ clock, policySources: [{ name: 'case.polar', text: policy }] });
  // Not through POST /batch: some cases are about facts that no policy would let in.
  running.dev.main.changeFacts((store) => {
    for (const fact of facts) store.insert(fact);
  });
  return running;
}

/** The engine knows no value of an abstract type; the API refuses to be asked about one. */
function isRefused(ask: EngineAsk): boolean {
  return ask.kind === 'fails' || /"(?:type|resourceType)":"(?:Actor|Resource)"/u.test(JSON.stringify(ask));
}

function requestOf(ask: EngineAsk): { path: string; body: object } {
  switch (ask.kind) {
    case 'authorize':
      return {
        path: '/api/authorize',
        body: { ...actor(ask.question), ...action(ask.question), ...resource(ask.question) },
      };
    case 'list':
      return { path: '/api/list', body: listBody(ask.question) };
    case 'actions':
      return { path: '/api/actions', body: { ...actor(ask.question), ...resource(ask.question) } };
    case 'filter':
      return {
        path: '/api/authorize_resources',
        body: { ...actor(ask.question), ...action(ask.question), resources: ask.question.resources },
      };
    case 'query':
      return { path: '/api/query', body: { fact: ask.question } };
    case 'rows':
      return { path: '/api/evaluate_query', body: rowsBody(ask.question) };
    case 'fails':
      return requestOf({ ...ask.question, is: true } as unknown as EngineAsk);
  }
}

function expectedOf(ask: EngineAsk): unknown {
  if (ask.kind === 'authorize') return { allowed: ask.is };
  return { results: ask.kind === 'fails' ? [] : ask.is };
}

function rowsBody({ calls, constraints }: ConjunctiveQuery): object {
  const [first, ...rest] = calls.map(({ predicate, variables }) => [predicate, variables]);
  return { predicate: first, calls: rest, constraints: Object.fromEntries(constraints) };
}

function listBody(question: ListQuestion): object {
  return { ...actor(question), ...action(question), resource_type: question.resourceType };
}

const actor = ({ actor: { type, id } }: { actor: Value }) => ({ actor_type: type, actor_id: id });
const action = ({ action: name }: Pick<AuthorizeQuestion, 'action'>) => ({ action: name });
const resource = ({ resource: { type, id } }: { resource: Value }) => ({ resource_type: type, resource_id: id });
