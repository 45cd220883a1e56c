import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHeadIndex } from '../../src/program/head-index.ts';
import type { TypeSet } from '../../src/program/program.ts';
import { type AtomPattern, atomsOverlap, type TermPattern } from '../../src/program/term-pattern.ts';

const TYPES = Array.from({ length: 12 }, (_, number) => `T${number}`);

const anySet: fc.Arbitrary<TypeSet> = fc.oneof(
  fc.constant({ kind: 'any' } as const),
  fc.subarray(TYPES).map((types) => ({ kind: 'some' as const, types: new Set(types) })),
);
const anyValue = fc
  .tuple(fc.constantFrom(...TYPES.slice(0, 3)), fc.nat(2))
  .map(([type, id]) => ({ type, key: JSON.stringify([type, String(id)]) }));
const anyTerm: fc.Arbitrary<TermPattern> = fc.oneof(
  anySet.map((set) => ({ kind: 'types' as const, set })),
  fc.array(anyValue, { maxLength: 3 }).map((values) => ({ kind: 'values' as const, values })),
);
const anyAtom: fc.Arbitrary<AtomPattern> = fc.record({
  predicate: fc.constantFrom('p', 'q'),
  terms: fc.array(anyTerm, { maxLength: 3 }),
});

test('the index finds exactly the heads of the same predicate and arity that a call can meet', () => {
  fc.assert(
    fc.property(fc.array(anyAtom, { maxLength: 12 }), anyAtom, (heads, call) => {
      const expected = heads.flatMap((head, number) =>
        head.predicate === call.predicate && head.terms.length === call.terms.length && atomsOverlap(call, head)
          ? [number]
          : [],
      );
      expect(createHeadIndex(heads).matching(call)).toEqual(expected);
    }),
    { numRuns: 3_000 },
  );
});
