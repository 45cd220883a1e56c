import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact, Value } from '../../src/facts/fact.ts';
import { compareFacts, printFactLine } from '../../src/facts/fact-line.ts';
import type { AccessPath, FactReader, Relation } from '../../src/facts/fact-reader.ts';
import { compareSignatures } from '../../src/facts/signature.ts';
import { arbitraryFacts, arbitraryUuid, nearUuid } from './arbitrary-facts.ts';

/** A reader of some facts, and all facts that it streams, in whatever order; closed after use. */
export interface OpenReader extends AsyncDisposable {
  readonly reader: FactReader;
  readAll(): Promise<readonly Fact[]>;
}

/** What every FactReader must do. `open` makes one of the given facts, which may repeat. */
export function describeFactReader(name: string, open: (facts: readonly Fact[]) => Promise<OpenReader>): void {
  describe(`${name} as a fact reader`, () => {
    test('holds no relation and no value for no facts', async () => {
      await using opened = await open([]);
      expect(opened.reader.factCount).toBe(0);
      expect(opened.reader.relations).toEqual([]);
      expect(opened.reader.dictionary.valueCount).toBe(0);
      expect(opened.reader.dictionary.handleOf('User', 'alice')).toBe(-1);
      expect(await opened.readAll()).toEqual([]);
    });

    test('holds a fact without arguments', async () => {
      await using opened = await open([fact('on'), fact('on')]);
      const relation = only(opened.reader.relations);
      expect([relation.rowCount, relation.types]).toEqual([1, []]);
      const path = relation.access([]);
      expect([path.seek(0, 0, 0, 0, 0), path.end, path.seeks]).toEqual([0, 1, []]);
      expect(await opened.readAll()).toEqual([fact('on')]);
    });

    test('keeps apart ids that are one text when joined, cut or normalized', async () => {
      const ids = [
        'a',
        'a\0',
        'a\0\0',
        'a:b',
        'A',
        'é',
        'e\u0301',
        '1',
        '01',
        '1.0',
        ' 1',
        '__proto__',
        'constructor',
        '*',
      ];
      const facts = [
        ...ids.map((id) => fact('p', ['T', id])),
        fact('q', ['T', 'a:b'], ['T', 'c']),
        fact('q', ['T', 'a'], ['T', 'b:c']),
        fact('q', ['T:a', 'b'], ['T', 'c']),
        fact('__proto__', ['__proto__', '__proto__'], ['String', '1']),
        fact('__proto__', ['__proto__', '__proto__'], ['Integer', '1']),
      ];
      await using opened = await open(facts);
      await expectHolds(opened, facts);
    });

    test('finds UUIDs among ids that are nearly UUIDs, in whatever company', async () => {
      const id = fc.oneof({ weight: 30, arbitrary: arbitraryUuid() }, { weight: 1, arbitrary: nearUuid() });
      await fc.assert(
        fc.asyncProperty(fc.array(id, { minLength: 1, maxLength: 200 }), async (ids) => {
          const facts = ids.map((id) => fact('p', ['T', id]));
          await using opened = await open(facts);
          await expectHolds(opened, facts);
          const { dictionary } = opened.reader;
          for (const id of ids) {
            const isKnown = ids.includes(id.toUpperCase());
            expect(dictionary.handleOf('T', id.toUpperCase()) !== -1).toBe(isKnown);
            expect(dictionary.handleOf('T', id.replaceAll('-', '')) !== -1).toBe(ids.includes(id.replaceAll('-', '')));
          }
        }),
        { numRuns: 30 },
      );
    });

    test('finds UUIDs that begin alike, and none that lies before, between or after them', async () => {
      const uuid = (n: number) => `01890a5d-ac96-774b-bcce-b302099a${(1000 + n * 2).toString(16).padStart(4, '0')}`;
      const ids = Array.from({ length: 100 }, (_, n) => uuid(n));
      await using opened = await open(ids.map((id) => fact('p', ['T', id])));
      const { dictionary } = opened.reader;
      for (const id of ids) expect(dictionary.valueOf(dictionary.handleOf('T', id)).id).toBe(id);
      const others = ids.flatMap((_, n) => [uuid(n + 0.5), uuid(n - 200), uuid(n + 200)]);
      for (const other of [...others, `${'0'.repeat(8)}${uuid(0).slice(8)}`, `${'f'.repeat(8)}${uuid(0).slice(8)}`])
        expect(dictionary.handleOf('T', other), other).toBe(-1);
    });

    test('finds the rows of a few ids among many of their type', async () => {
      const few = ['t0', 't1500', 't2999'].flatMap((id) => [
        fact('few', ['T', id], ['String', 'one']),
        fact('few', ['T', id], ['String', 'two']),
        fact('fewer', ['T', id]),
      ]);
      const all = Array.from({ length: 3000 }, (_, i) => fact('all', ['T', `t${i}`]));
      const facts = [...all, ...few.slice(1)];
      await using opened = await open(facts);
      await expectHolds(opened, facts);
      const { dictionary, relations } = opened.reader;
      const counts = relations.map((relation) => {
        const path = relation.access([0]);
        return all.map((_, i) => countFound(path, dictionary.handleOf('T', `t${i}`))).reduce((a, b) => a + b);
      });
      expect(counts).toEqual([3000, 5, 3]);
    });

    test('finds many rows that are equal in all columns but one', async () => {
      const facts = Array.from({ length: 240 }, (_, i) =>
        fact('p', ['A', `${i % 2}`], ['B', `${i % 3}`], ['C', `${i % 5}`], ['D', `${i}`], ['E', 'e']),
      );
      await using opened = await open(facts);
      await expectHolds(opened, facts);
    });

    test('seeks by every set of bound columns and finds what a search of all facts finds', async () => {
      await fc.assert(
        fc.asyncProperty(arbitraryFacts(), async (facts) => {
          await using opened = await open(facts);
          await expectHolds(opened, facts);
        }),
        { numRuns: 60 },
      );
    });

    test('finds nothing for handles of other types, above all handles, or below', async () => {
      await using opened = await open([fact('p', ['A', 'x'], ['B', 'y']), fact('p', ['A', 'z'], ['B', 'y'])]);
      const { reader } = opened;
      const relation = only(reader.relations);
      const wrong = [reader.dictionary.handleOf('B', 'y'), reader.dictionary.valueCount, 2 ** 31 - 1, -1];
      for (const handle of wrong) expect(countFound(relation.access([0]), handle)).toBe(0);
      expect(countFound(relation.access([0]), reader.dictionary.handleOf('A', 'x'))).toBe(1);
      expect(countFound(relation.access([1]), reader.dictionary.handleOf('B', 'y'))).toBe(2);
    });

    test('lets a seek be made while the rows of another on the same path are being read', async () => {
      const facts = ['1', '2', '3'].flatMap((a) => ['4', '5', '6'].map((b) => fact('edge', ['N', a], ['N', b])));
      await using opened = await open(facts);
      const { dictionary, relations } = opened.reader;
      const path = only(relations).access([0]);
      const seen: string[] = [];
      for (const outer of ['1', '2', '3']) {
        let at = path.seek(dictionary.handleOf('N', outer), 0, 0, 0, 0);
        for (const end = path.end; at < end; at++) {
          path.seek(dictionary.handleOf('N', '3'), 0, 0, 0, 0);
          seen.push(outer + dictionary.valueOf(path.get(at, 1)).id);
        }
      }
      expect(seen.sort()).toEqual(['14', '15', '16', '24', '25', '26', '34', '35', '36']);
    });

    test('has no value for ids that no fact can hold', async () => {
      await using opened = await open([fact('p', ['T', '\ufffd'])]);
      for (const id of ['', '\ud800', '\udfff', 'x'.repeat(513), 'é'.repeat(257)]) {
        expect(opened.reader.dictionary.handleOf('T', id)).toBe(-1);
      }
      expect(() => opened.reader.dictionary.valueOf(1)).toThrow('no value has handle 1');
      expect(() => opened.reader.dictionary.typeOf(-1)).toThrow('no value has handle -1');
    });

    test('holds one type with more than 65,536 ids', async () => {
      const facts = Array.from({ length: 70_000 }, (_, i) => fact('owner', ['Repo', `r${i}`], ['User', `u${i % 300}`]));
      await using opened = await open(facts);
      const { dictionary, relations } = opened.reader;
      const relation = only(relations);
      expect(dictionary.valueCount).toBe(70_300);
      const byOwner = relation.access([1]);
      expect(byOwner.meanRows).toBeCloseTo(70_000 / 300);
      const found = idsFound(opened.reader, byOwner, dictionary.handleOf('User', 'u299'));
      expect(found.sort()).toEqual(Array.from({ length: 233 }, (_, i) => `r${i * 300 + 299}`).sort());
      const byRepo = relation.access([0]);
      for (const i of [0, 65_535, 65_536, 69_999]) {
        const at = byRepo.seek(dictionary.handleOf('Repo', `r${i}`), 0, 0, 0, 0);
        expect(dictionary.valueOf(byRepo.get(at, 1))).toEqual({ type: 'User', id: `u${i % 300}` });
      }
    });
  });
}

export function fact(predicate: string, ...args: readonly (readonly [string, string])[]): Fact {
  return { predicate, args: args.map(([type, id]) => ({ type, id })) };
}

/** Everything that a reader says, against the facts themselves. */
export async function expectHolds({ reader, readAll }: OpenReader, facts: readonly Fact[]): Promise<void> {
  const expected = sortedLines(facts);
  expect(sortedLines(await readAll())).toEqual(expected);
  expect(reader.factCount).toBe(expected.length);
  expect([...reader.relations].sort(compareSignatures)).toEqual(reader.relations);
  expectDictionary(reader, facts);
  const bySignature = groupFacts(facts);
  expect(reader.relations.map((relation) => printKey(relation)).sort()).toEqual([...bySignature.keys()].sort());
  for (const relation of reader.relations) {
    expectRelation(reader, relation, bySignature.get(printKey(relation)) ?? []);
  }
}

function expectDictionary({ dictionary }: FactReader, facts: readonly Fact[]): void {
  const values = new Map(
    facts.flatMap(({ args }) => args.map((value) => [JSON.stringify([value.type, value.id]), value])),
  );
  expect(dictionary.valueCount).toBe(values.size);
  const known = [...values.values()];
  const handles = known.map(({ type, id }) => dictionary.handleOf(type, id));
  expect(handles.filter((handle) => handle < 0 || handle >= dictionary.valueCount)).toEqual([]);
  expect(new Set(handles).size).toBe(values.size);
  expect(handles.map((handle) => dictionary.valueOf(handle))).toEqual(known);
  expect(handles.map((handle) => dictionary.typeOf(handle))).toEqual(known.map(({ type }) => type));
  const likes = known.flatMap(({ type, id }) => [`${id}!`, `!${id}`, id.slice(1)].map((like) => ({ type, id: like })));
  const isKnown = ({ type, id }: Value) => values.has(JSON.stringify([type, id]));
  expect(likes.filter((like) => (dictionary.handleOf(like.type, like.id) !== -1) !== isKnown(like))).toEqual([]);
}

function expectRelation(reader: FactReader, relation: Relation, facts: readonly Fact[]): void {
  const rows = rowsOf(reader, facts);
  expect(relation.rowCount).toBe(rows.length);
  const arity = relation.types.length;
  for (let bits = 0; bits < 2 ** arity; bits++) {
    const bound = Array.from({ length: arity }, (_, column) => column).filter((column) => bits & (1 << column));
    const path = relation.access(bound);
    expect(path.seeks.every((column) => bound.includes(column)) && new Set(path.seeks).size === path.seeks.length).toBe(
      true,
    );
    expect(path.meanRows).toBeGreaterThanOrEqual(1);
    for (const row of rows.slice(0, 20)) {
      const expected = rows.filter((other) => bound.every((column) => other[column] === row[column]));
      expect(search(path, { bound, row, arity })).toEqual(expected.map(String).sort());
    }
  }
}

/** Rows found by seeking and then comparing what the path does not seek by; none may appear twice. */
function search(
  path: AccessPath,
  { bound, row, arity }: { readonly bound: readonly number[]; readonly row: readonly number[]; readonly arity: number },
): readonly string[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = path.seeks.map((column) => row[column] ?? 0);
  const found: string[] = [];
  const astray: (readonly number[])[] = [];
  const start = path.seek(a, b, c, d, e);
  const end = path.end;
  for (let at = start; at < end; at++) {
    const other = Array.from({ length: arity }, (_, column) => path.get(at, column));
    if (path.seeks.some((column) => other[column] !== row[column])) astray.push(other);
    if (bound.every((column) => other[column] === row[column])) found.push(String(other));
  }
  expect(astray).toEqual([]);
  return found.sort();
}

/** The distinct facts as handles. */
function rowsOf({ dictionary }: FactReader, facts: readonly Fact[]): readonly (readonly number[])[] {
  const rows = facts.map(({ args }) => args.map(({ type, id }) => dictionary.handleOf(type, id)));
  return [...new Map(rows.map((row) => [String(row), row])).values()];
}

function groupFacts(facts: readonly Fact[]): ReadonlyMap<string, readonly Fact[]> {
  const groups = new Map<string, Fact[]>();
  for (const item of facts) {
    const key = printKey({ predicate: item.predicate, types: item.args.map(({ type }) => type) });
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

/** Never alike for two signatures. */
function printKey({ predicate, types }: { readonly predicate: string; readonly types: readonly string[] }): string {
  return JSON.stringify([predicate, ...types]);
}

function sortedLines(facts: readonly Fact[]): readonly string[] {
  return [...new Set([...facts].sort(compareFacts).map(printFactLine))];
}

function countFound(path: AccessPath, handle: number): number {
  const start = path.seek(handle, 0, 0, 0, 0);
  return path.end - start;
}

function idsFound({ dictionary }: FactReader, path: AccessPath, handle: number): string[] {
  const ids: string[] = [];
  let at = path.seek(handle, 0, 0, 0, 0);
  for (const end = path.end; at < end; at++) ids.push(dictionary.valueOf(path.get(at, 0)).id);
  return ids;
}

function only<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`expected one item, found ${items.length}`);
  return item;
}
