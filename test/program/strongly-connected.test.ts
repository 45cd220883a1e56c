import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stronglyConnected } from '../../src/program/strongly-connected.ts';

const SIZE = 9;
const anyGraph = fc.array(fc.array(fc.nat(SIZE - 1), { maxLength: 4 }), { minLength: SIZE, maxLength: SIZE });

test('nodes share a component exactly when each reaches the other', () => {
  fc.assert(
    fc.property(anyGraph, fc.array(fc.nat(SIZE - 1)), (graph, starts) => {
      const component = stronglyConnected(starts, (node) => graph[node] ?? []);
      const reach = graph.map((_, node) => reachable(graph, node));
      const expected = new Set(starts.flatMap((start) => [...(reach[start] ?? [])]));
      expect(new Set(component.keys())).toEqual(expected);
      for (const a of expected) {
        for (const b of expected) {
          const mutual = reach[a]?.has(b) === true && reach[b]?.has(a) === true;
          expect(component.get(a) === component.get(b)).toBe(mutual);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('a chain of 200,000 nodes does not overflow the stack', () => {
  const last = 200_000;
  const component = stronglyConnected([0], (node) => (node < last ? [node + 1] : [0]));
  expect(component.size).toBe(last + 1);
  expect(new Set(component.values()).size).toBe(1);
});

function reachable(graph: readonly (readonly number[])[], start: number): ReadonlySet<number> {
  const found = new Set([start]);
  for (const node of found) for (const next of graph[node] ?? []) found.add(next);
  return found;
}
