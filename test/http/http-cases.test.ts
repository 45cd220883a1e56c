import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import { loadPolicy } from '../../src/program/load-policy.ts';
import { startDevServer } from '../dev-server/support/running-dev-server.ts';
import type { HttpReply, HttpRequest } from '../support/http-client.ts';
import { openTestIndex } from '../support/index-files.ts';
import { createFakeData } from './support/fake-serving.ts';
import { type ExpectedReply, type HttpAsk, type HttpCase, loadHttpCases, type Place } from './support/http-cases.ts';
import { startServer } from './support/running-server.ts';

const CASES = loadHttpCases();

describe.each(['dev-server', 'node'] as const)('on a %s', (place) => {
  const cases = CASES.filter(({ on }) => on.includes(place));
  test.for(cases.map((httpCase) => [httpCase.title, httpCase] as const))('%s', async ([, httpCase]) => {
    await using running = await START[place](httpCase);
    const saved = new Map<string, string>();
    for (const ask of httpCase.asks) await check(running, ask, saved);
  });
});

interface Running extends AsyncDisposable {
  ask(request: HttpRequest): Promise<HttpReply>;
}

const START: Readonly<Record<Place, (httpCase: HttpCase) => Promise<Running>>> = {
  'dev-server': startOnDevServer,
  node: startOnNode,
};

async function startOnDevServer({ policy, facts }: HttpCase): Promise<Running> {
  const policySources = policy === '' ? undefined : [{ name: 'case.polar', text: policy }];
  const running = await startDevServer({ policySources });
  running.dev.main.changeFacts((store) => {
    for (const fact of facts) store.insert(fact);
  });
  return running;
}

async function startOnNode({ policy, facts }: HttpCase): Promise<Running> {
  const loaded = loadPolicy([{ name: 'case.polar', text: policy }]);
  if (!loaded.ok) throw new Error(`the policy of the case is not valid: ${loaded.errors[0]?.message}`);
  const index = await openTestIndex(facts, 2 ** 20);
  const engine = createEngine(loaded.program, index.reader);
  const serving = { policyText: policy, program: loaded.program, engine, facts: index.reader };
  const running = await startServer({ data: createFakeData({}, serving) });
  return {
    ask: running.ask,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await index[Symbol.asyncDispose]();
    },
  };
}

async function check(running: Running, ask: HttpAsk, saved: Map<string, string>): Promise<void> {
  const { method, path, headers, key, body } = ask;
  const authorization = key === undefined ? {} : { authorization: key === 'none' ? '' : `Bearer ${fill(key, saved)}` };
  const filled = body === undefined || typeof body === 'string' ? body : fill(JSON.stringify(body), saved);
  const request = { method, path: fill(path, saved), headers: { ...authorization, ...headers } };
  const reply = await running.ask(filled === undefined ? request : { ...request, body: filled });
  const shown = `${method} ${path} ${filled ?? ''} → ${reply.text.slice(0, 2_000)}`;
  expect(reply.status, shown).toBe(ask.status);
  checkManners(reply, method, shown);
  checkExpected(reply, ask.expected, shown);
  for (const [name, from] of Object.entries(ask.save)) {
    saved.set(name, String((reply.json as Readonly<Record<string, unknown>>)[from]));
  }
}

/** What holds for every reply. */
function checkManners({ status, headers, json, text }: HttpReply, method: string, shown: string): void {
  expect(headers['x-request-id'], shown).toMatch(/./u);
  expect(headers['server-timing'], shown).toMatch(/^oso;dur=\d+$/u);
  if (headers['content-type'] !== 'text/plain; version=0.0.4; charset=utf-8') {
    expect(headers['content-type'], shown).toBe('application/json');
    if (method === 'HEAD') expect(text).toBe('');
    else expect(json, shown).toBeDefined();
  }
  if (status >= 400 && method !== 'HEAD') expect(json, shown).toMatchObject({ message: expect.stringMatching(/./u) });
}

function checkExpected({ headers, json, text }: HttpReply, expected: ExpectedReply, shown: string): void {
  if (expected.json !== undefined) expect(json, shown).toStrictEqual(expected.json);
  if (expected.items !== undefined) {
    expect(json, shown).toHaveLength(expected.items.length);
    expect(json, shown).toEqual(expect.arrayContaining([...expected.items]));
  }
  if (expected.like !== undefined) expect(json, shown).toMatchObject(expected.like);
  if (expected.message !== undefined) {
    expect(json, shown).toStrictEqual({ message: expect.stringMatching(new RegExp(expected.message, 'u')) });
  }
  if (expected.text !== undefined) expect(text, shown).toMatch(new RegExp(expected.text, 'mu'));
  for (const [name, pattern] of Object.entries(expected.has ?? {})) {
    expect(headers[name], `${name} of ${shown}`).toMatch(new RegExp(pattern, 'u'));
  }
  for (const name of expected.lacks ?? []) expect(headers[name], `${name} of ${shown}`).toBeUndefined();
}

/** `$token` in a text, from earlier replies. */
function fill(text: string, saved: ReadonlyMap<string, string>): string {
  return text.replace(/\$(\w+)/gu, (whole, name: string) => saved.get(name) ?? whole);
}
