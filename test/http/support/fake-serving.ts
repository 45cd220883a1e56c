import type { Engine } from '../../../src/engine/engine.ts';
import type { DataSource, Serving } from '../../../src/engine/serving.ts';
import type { Fact } from '../../../src/facts/fact.ts';
import { createMemoryFacts } from '../../../src/facts/memory-facts.ts';
import type { Program } from '../../../src/program/program.ts';

export interface FakeData extends DataSource {
  serving: Serving | undefined;
  /** Acquired and not released. */
  readonly pinned: number;
  /** What the engine was asked, in order: method, question, request. */
  readonly asked: { readonly method: string; readonly question: unknown; readonly contextFacts: readonly Fact[] }[];
}

/** Data whose engine answers what the test says and remembers what it was asked. */
export function createFakeData(
  answers: Partial<Record<keyof Engine, unknown>> = {},
  overrides: Partial<Serving> = {},
): FakeData {
  const asked: FakeData['asked'] = [];
  const engine = new Proxy({} as Engine, {
    get: (_, method) => (question: unknown, request: { contextFacts: readonly Fact[] }) => {
      asked.push({ method: String(method), question, contextFacts: request.contextFacts });
      const answer = answers[method as keyof Engine];
      return typeof answer === 'function' ? answer(question, request) : answer;
    },
  });
  let pinned = 0;
  const serving: Serving = {
    snapshotId: 'gen-1',
    takenAtMs: 1_700_000_000_000,
    policyText: 'actor User {}',
    policyFilename: undefined,
    program: { metadata: { resources: new Map() } } as unknown as Program,
    engine,
    facts: createMemoryFacts(),
    ...overrides,
  };
  const data = {
    serving: serving as Serving | undefined,
    asked,
    notReadyReason: 'no generation on disk',
    get pinned() {
      return pinned;
    },
    acquire() {
      if (data.serving === undefined) return undefined;
      pinned += 1;
      return {
        serving: data.serving,
        release: () => {
          pinned -= 1;
        },
      };
    },
  };
  return data;
}
