import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/create-engine.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import type { Rule } from '../../src/program/program.ts';
import { readFact } from '../support/engine-cases.ts';
import { requestWith } from '../support/engine-world.ts';
import { atom, program, rule } from './program-builder.ts';

const CHAIN = Array.from({ length: 60 }, (_, at) => ['edge', `N:${at}`, `N:${at + 1}`]);

/** Everything that `edge` leads to from the first node, within so many steps. */
function reached(rules: readonly Rule[], facts: readonly (readonly string[])[], maxSteps: number): readonly string[] {
  const engine = createEngine(program(...rules), createMemoryFacts(facts.map(readFact)));
  const budget = { maxSteps, deadlineMs: 1, monotonicMs: () => 0 };
  const pattern = {
    predicate: 'edge',
    args: [
      { type: 'N', id: '0' },
      { type: null, id: null },
    ],
  };
  return engine.query(pattern, requestWith({ budget })).map(({ args }) => `${args[1]?.type}:${args[1]?.id}`);
}

describe('a closure over itself', () => {
  const closure = rule(atom('edge', '?x', '?z'), atom('edge', '?x', '?y'), atom('edge', '?y', '?z'));

  test('costs as many steps as there are facts, and not their cube', () => {
    expect(reached([closure], CHAIN, 400)).toHaveLength(60);
  });

  test('is the same with its conditions exchanged', () => {
    const exchanged = rule(atom('edge', '?x', '?z'), atom('edge', '?y', '?z'), atom('edge', '?x', '?y'));
    expect(reached([exchanged], CHAIN, 400)).toHaveLength(60);
  });

  test('is built backward where only its end is known', () => {
    const engine = createEngine(program(closure), createMemoryFacts(CHAIN.map(readFact)));
    const budget = { maxSteps: 400, deadlineMs: 1, monotonicMs: () => 0 };
    const pattern = {
      predicate: 'edge',
      args: [
        { type: 'N', id: null },
        { type: 'N', id: '60' },
      ],
    };
    expect(engine.query(pattern, requestWith({ budget }))).toHaveLength(60);
  });

  test('ends in circles', () => {
    const circle = [
      ['edge', 'N:0', 'N:1'],
      ['edge', 'N:1', 'N:2'],
      ['edge', 'N:2', 'N:0'],
    ];
    expect(reached([closure], circle, 400)).toEqual(['N:0', 'N:1', 'N:2']);
  });

  test('goes on through derived steps', () => {
    const derived = rule(atom('edge', '?x', '?y'), atom('link', '?y', '?x'));
    const facts = [
      ['edge', 'N:0', 'N:1'],
      ['link', 'N:2', 'N:1'],
      ['edge', 'N:2', 'N:3'],
    ];
    expect(reached([closure, derived], facts, 400)).toEqual(['N:1', 'N:2', 'N:3']);
  });

  test('keeps its meaning when the middle may be what the end may not', () => {
    const limited = rule(atom('edge', '?x', '?z:M'), atom('edge', '?x', '?y:N'), atom('edge', '?y', '?z'));
    const facts = [
      ['edge', 'N:0', 'N:1'],
      ['edge', 'N:1', 'N:2'],
      ['edge', 'N:2', 'M:3'],
    ];
    // M:3 is two steps from N:1, but three from N:0, and no step may end in an N.
    expect(reached([limited], facts, 400)).toEqual(['M:3', 'N:1']);
  });

  test('keeps its meaning beside a second one', () => {
    const other = rule(atom('edge', '?x', '?z:M'), atom('edge', '?x', '?y:M'), atom('edge', '?y', '?z'));
    const facts = [
      ['edge', 'N:0', 'N:1'],
      ['edge', 'N:1', 'M:2'],
      ['edge', 'M:2', 'M:3'],
    ];
    expect(reached([closure, other], facts, 4000)).toEqual(['M:2', 'M:3', 'N:1']);
  });
});

test('rules that only resemble a closure keep their meaning', () => {
  const facts = [
    ['edge', 'N:0', 'N:1'],
    ['edge', 'N:0', 'N:2'],
    ['edge', 'N:2', 'N:3'],
  ];
  const shared = rule(atom('edge', '?x', '?z'), atom('edge', '?x', '?z'), atom('edge', '?x', '?z'));
  expect(reached([shared], facts, 400)).toEqual(['N:1', 'N:2']);
  const sibling = rule(atom('edge', '?x', '?z'), atom('edge', '?y', '?x'), atom('edge', '?y', '?z'));
  expect(reached([sibling], facts, 4000)).toEqual(['N:1', 'N:2']);
  const fixed = rule(atom('edge', '?x', '?z'), atom('edge', '?x', 'N:2'), atom('edge', 'N:2', '?z'));
  expect(reached([fixed], facts, 400)).toEqual(['N:1', 'N:2', 'N:3']);
});
