import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/facts/fact.ts';
import { printFactLine } from '../../src/facts/fact-line.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { arbitraryFact } from '../support/arbitrary-facts.ts';
import { describeFactReader, expectHolds, fact } from '../support/fact-reader-conformance.ts';

describeFactReader('the memory store', async (facts) => present(createMemoryFacts(facts)));

describe('createMemoryFacts', () => {
  test('says whether an insert or a delete changed anything', () => {
    const store = createMemoryFacts();
    const alice = fact('member', ['User', 'alice']);
    expect([store.insert(alice), store.insert(alice), store.has(alice), store.factCount]).toEqual([
      true,
      false,
      true,
      1,
    ]);
    expect([store.delete(alice), store.delete(alice), store.has(alice), store.factCount]).toEqual([
      true,
      false,
      false,
      0,
    ]);
    expect(store.delete(fact('member', ['User', 'never']))).toBe(false);
    expect(store.delete(fact('other', ['User', 'alice']))).toBe(false);
    expect(store.has(fact('member'))).toBe(false);
  });

  test('shows later writes through access paths made before', () => {
    const store = createMemoryFacts([fact('member', ['User', 'alice'], ['Team', 'a'])]);
    const path = store.relations[0]?.access([1]);
    const team = store.dictionary.handleOf('Team', 'a');
    expect(path?.seek(team, 0, 0, 0, 0)).toBe((path?.end ?? 0) - 1);
    store.insert(fact('member', ['User', 'bob'], ['Team', 'a']));
    const start = path?.seek(team, 0, 0, 0, 0) ?? 0;
    expect((path?.end ?? 0) - start).toBe(2);
  });

  test('lists a relation only while it has rows', () => {
    const store = createMemoryFacts([fact('a'), fact('b')]);
    expect(store.relations.map(({ predicate }) => predicate)).toEqual(['a', 'b']);
    store.delete(fact('a'));
    expect(store.relations.map(({ predicate }) => predicate)).toEqual(['b']);
    store.insert(fact('a'));
    expect(store.relations.map(({ predicate }) => predicate)).toEqual(['a', 'b']);
  });

  test('knows that nothing is to be found by a path whose rows are gone', () => {
    const store = createMemoryFacts([fact('member', ['User', 'alice'])]);
    const path = store.relations[0]?.access([0]);
    expect([path?.meanRows, path?.get(path.seek(0, 0, 0, 0, 0), 0)]).toEqual([1, 0]);
    store.delete(fact('member', ['User', 'alice']));
    const start = path?.seek(0, 0, 0, 0, 0) ?? -1;
    expect([path?.meanRows, path?.end]).toEqual([0, start]);
    expect(() => path?.get(start, 0)).toThrow(`no row is at position ${start}`);
  });

  test('keeps the handles of values whose facts are gone, and gives them to no other value', () => {
    const store = createMemoryFacts([fact('p', ['T', 'old'])]);
    const old = store.dictionary.handleOf('T', 'old');
    store.delete(fact('p', ['T', 'old']));
    store.insert(fact('p', ['T', 'new']));
    expect(store.dictionary.valueOf(old)).toEqual({ type: 'T', id: 'old' });
    expect(store.dictionary.handleOf('T', 'new')).not.toBe(old);
  });

  test('answers as a new store would after any inserts and deletes, also through indexes made in between', async () => {
    const step = fc.record({ insert: fc.boolean(), fact: arbitraryFact() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const store = createMemoryFacts();
        const model = new Map<string, Fact>();
        for (const [index, { insert, fact }] of steps.entries()) {
          const line = printFactLine(fact);
          expect(insert ? store.insert(fact) : store.delete(fact)).toBe(insert !== model.has(line));
          if (insert) model.set(line, fact);
          else model.delete(line);
          if (index % 7 === 0) touchAllIndexes(store);
        }
        expect([...store.facts()].map(printFactLine).sort()).toEqual([...model.keys()].sort());
        expect(store.factCount).toBe(model.size);
        const fresh = createMemoryFacts(model.values());
        expect(countAll(store)).toEqual(countAll(fresh));
      }),
      { numRuns: 200 },
    );
  });

  test('takes and gives back a hub of 100,000 rows in constant time a row', () => {
    const store = createMemoryFacts();
    const member = (i: number) => fact('member', ['User', `u${i}`], ['Team', 'all']);
    for (let i = 0; i < 100_000; i++) store.insert(member(i));
    expect(store.relations[0]?.access([1]).meanRows).toBe(100_000);
    // Looked at once, here and elsewhere: an assertion takes longer than what it looks at.
    let deleted = 0;
    for (let i = 0; i < 100_000; i++) if (store.delete(member(i))) deleted += 1;
    expect([deleted, store.factCount, store.relations.length]).toEqual([100_000, 0, 0]);
  });
});

test('a store finds what it should by every set of bound columns after deletes', async () => {
  const facts = Array.from({ length: 400 }, (_, i) =>
    fact('p', ['T', `${i % 20}`], ['U', `${i % 33}`], ['String', `${i % 3}`]),
  );
  const store = createMemoryFacts(facts);
  touchAllIndexes(store);
  // Every value is still mentioned, so that a new store would have as many.
  const kept = facts.filter((_, i) => i % 7 !== 0);
  const lines = new Set(kept.map(printFactLine));
  for (const item of facts) if (!lines.has(printFactLine(item))) store.delete(item);
  await expectHolds(present(store), kept);
});

function present(store: ReturnType<typeof createMemoryFacts>) {
  return {
    reader: store,
    readAll: async () => [...store.facts()],
    [Symbol.asyncDispose]: async () => {},
  };
}

function touchAllIndexes(store: ReturnType<typeof createMemoryFacts>): void {
  for (const relation of store.relations) {
    for (const column of relation.types.keys()) relation.access([column]).seek(0, 0, 0, 0, 0);
  }
}

/** For each relation and column: the sizes of the groups with equal values. */
function countAll(store: ReturnType<typeof createMemoryFacts>): readonly unknown[] {
  return store.relations.map((relation) => ({
    predicate: relation.predicate,
    groups: relation.types.map((_, column) => {
      const path = relation.access([column]);
      const sizes: number[] = [];
      for (let handle = 0; handle < store.dictionary.valueCount; handle++) {
        const start = path.seek(handle, 0, 0, 0, 0);
        if (path.end > start) sizes.push(path.end - start);
      }
      return sizes.sort((a, b) => a - b);
    }),
  }));
}
