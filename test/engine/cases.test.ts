import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine, RequestContext } from '../../src/engine/engine.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import type { FactReader } from '../../src/facts/fact-reader.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { type EngineAsk, type FailingQuestion, loadEngineCases } from '../support/engine-cases.ts';
import { programOf, requestWith } from '../support/engine-world.ts';
import { oneColumnFacts } from '../support/one-column-facts.ts';

const CASES = loadEngineCases();

test('there are cases for every modeling pattern', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(40);
});

const READERS: readonly (readonly [string, (facts: FactReader) => FactReader])[] = [
  ['every way in', (facts) => facts],
  ['one column at a time', oneColumnFacts],
];

describe.each(READERS)('over facts with %s', (_, read) => {
  describe.each([...new Set(CASES.map(({ file }) => file))])('%s', (file) => {
    test.each(CASES.filter((engineCase) => engineCase.file === file))('$title', (engineCase) => {
      const facts = read(createMemoryFacts(engineCase.facts));
      const engine = createEngine(programOf(engineCase.policy), facts);
      const request = requestWith({
        contextFacts: engineCase.contextFacts,
        ...(engineCase.unixTime === undefined ? {} : { unixTime: engineCase.unixTime }),
      });
      for (const ask of engineCase.asks)
        expect(answer(engine, ask, request), JSON.stringify(ask.question)).toEqual(expected(ask));
    });
  });
});

function expected(ask: EngineAsk): unknown {
  return ask.kind === 'fails' ? ask.code : ask.is;
}

function answer(engine: Engine, ask: EngineAsk, request: RequestContext): unknown {
  switch (ask.kind) {
    case 'authorize':
      return engine.authorize(ask.question, request);
    case 'list':
      return engine.list(ask.question, request);
    case 'actions':
      return engine.actions(ask.question, request);
    case 'filter':
      return engine.authorizeResources(ask.question, request);
    case 'query':
      return engine.query(ask.question, request);
    case 'rows':
      return engine.evaluateQuery(ask.question, request).map((row) => Object.fromEntries(row));
    case 'fails':
      return codeOf(() => failing(engine, ask.question, request));
  }
}

function failing(engine: Engine, ask: FailingQuestion, request: RequestContext): unknown {
  if (ask.kind === 'list') return engine.list(ask.question, request);
  if (ask.kind === 'actions') return engine.actions(ask.question, request);
  return engine.authorize(ask.question, request);
}

function codeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof OsoError) return error.code;
    throw error;
  }
}
