import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { ErrorCode } from '../../src/errors/codes.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { compilePolicy } from '../../src/generations/compile-policy.ts';
import { probeEngine } from '../../src/generations/probe-engine.ts';
import { FACTS, POLICY } from '../snapshot/support/sample-snapshot.ts';
import { FakeClock } from '../support/fake-clock.ts';

const facts = createMemoryFacts(FACTS);

/** Probes an engine that asks `authorize` for its answers. */
function probeWith(authorize: Engine['authorize'], policy = POLICY): void {
  const program = compilePolicy(policy, 'POLICY_INVALID');
  const engine = { ...createEngine(program, facts), authorize };
  probeEngine({ program, engine, facts, clock: new FakeClock(1_500) });
}

describe('a probe', () => {
  test.each([
    ['an actor and a resource of the policy', POLICY, ['User', 'read', 'Organization']],
    ['the actor itself where there is no resource', 'actor Robot {}', ['Robot', 'oso-fallback-probe', 'Robot']],
    ['a made-up type where the policy has none', '', ['User', 'oso-fallback-probe', 'User']],
  ])('asks for %s', (_name, policy, [actorType, action, resourceType]) => {
    const asked: unknown[] = [];
    probeWith((...question) => {
      asked.push(question);
      return false;
    }, policy);
    const id = 'oso-fallback-probe';
    expect(asked).toEqual([
      [
        { actor: { type: actorType, id }, action, resource: { type: resourceType, id } },
        {
          contextFacts: [],
          unixTime: 1n,
          budget: { maxSteps: 100_000, deadlineMs: 5_000, monotonicMs: expect.any(Function) },
        },
      ],
    ]);
  });

  const fail = (error: Error) => () => {
    throw error;
  };

  test.each<ErrorCode>(['EVAL_LIMIT', 'EVAL_DEADLINE', 'EVAL_UNBOUNDED'])('may meet %s', (code) => {
    probeWith(fail(new OsoError(code, 'too much')));
  });

  test.each([new OsoError('INDEX_INVALID', 'why'), new TypeError('why')])('passes on %s', (error) => {
    expect(() => probeWith(fail(error))).toThrow(error);
  });
});
