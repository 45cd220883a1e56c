import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANY_TYPE, exactly, NO_TYPE, TypeSets } from '../../src/engine/type-sets.ts';

const NAMES = ['A', 'B', 'C', '__proto__', 'constructor'];

function makeSets() {
  const sets = new TypeSets();
  const types = new Map(NAMES.map((name) => [name, sets.addType(name)]));
  const numberOf = (name: string) => types.get(name) ?? -1;
  return { sets, numberOf };
}

describe('sets of types', () => {
  const { sets, numberOf } = makeSets();
  const setOf = (names: readonly string[]) => sets.setOf({ kind: 'some', types: new Set(names) });
  const subsets = fc.subarray(NAMES);

  test('are equal exactly when their numbers are', () => {
    const property = fc.property(subsets, subsets, (a, b) => {
      const isSame = a.length === b.length && a.every((name) => b.includes(name));
      expect(setOf(a) === setOf(b.toReversed())).toBe(isSame);
    });
    fc.assert(property);
  });

  test('meet in the types of both', () => {
    const property = fc.property(subsets, subsets, (a, b) => {
      expect(sets.meet(setOf(a), setOf(b))).toBe(setOf(a.filter((name) => b.includes(name))));
      expect(sets.meet(setOf(a), ANY_TYPE)).toBe(setOf(a));
      expect(sets.meet(ANY_TYPE, setOf(b))).toBe(setOf(b));
    });
    fc.assert(property);
  });

  test('have their members and no others', () => {
    const property = fc.property(subsets, fc.constantFrom(...NAMES), (names, name) => {
      expect(sets.has(setOf(names), numberOf(name))).toBe(names.includes(name));
      expect(sets.has(ANY_TYPE, numberOf(name))).toBe(true);
    });
    fc.assert(property);
  });

  test('of one type need not know the type', () => {
    expect(exactly(numberOf('A'))).toBe(setOf(['A']));
    expect(sets.has(exactly(99), 99)).toBe(true);
    expect(sets.meet(exactly(99), ANY_TYPE)).toBe(exactly(99));
    expect(sets.meet(exactly(99), setOf(['A', 'B']))).toBe(NO_TYPE);
  });

  test('without types hold nothing', () => {
    expect(setOf([])).toBe(NO_TYPE);
    expect(sets.has(NO_TYPE, numberOf('A'))).toBe(false);
  });

  test('know the names of known types only', () => {
    expect(sets.nameOf(numberOf('constructor'))).toBe('constructor');
    expect(sets.typeOf('toString')).toBe(-1);
  });
});
