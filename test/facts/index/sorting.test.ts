import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ColumnFile } from '../../../src/facts/index/build/column-file.ts';
import { OrderCollector } from '../../../src/facts/index/build/order-collector.ts';
import { RowSorter, sortingWords } from '../../../src/facts/index/build/row-sorter.ts';
import { SectionWriter } from '../../../src/facts/index/build/section-writer.ts';
import { SignatureTable } from '../../../src/facts/index/build/signature-table.ts';
import { writeSlots } from '../../../src/facts/index/build/slots-writer.ts';
import { sortIds } from '../../../src/facts/index/build/sort-ids.ts';
import { SpillFile } from '../../../src/facts/index/build/spill-file.ts';
import { TemporaryFiles } from '../../../src/facts/index/build/temporary-files.ts';
import { fact } from '../../support/fact-reader-conformance.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sorting-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('RowSorter', () => {
  const SHAPE = { width: 3, keyWidth: 2 };
  const rowsOf = (keys: readonly (readonly [number, number])[]) =>
    Uint32Array.from(keys.flatMap(([first, second], row) => [first, second, row]));
  const key = fc.tuple(fc.constantFrom(0, 1, 2047, 2048, 0xffff_ffff), fc.integer({ min: 0, max: 5 }));

  /** The rows in order, as a sorter gives them that got them in pieces of seven and has so much memory. */
  function sorted(keys: readonly (readonly [number, number])[], memory: Uint32Array): readonly number[] {
    using files = new TemporaryFiles(folder);
    const sorter = new RowSorter(new SpillFile(files), SHAPE, memory);
    const rows = rowsOf(keys);
    for (let row = 0; row < keys.length; row += 7) {
      sorter.add(rows.subarray(row * SHAPE.width), Math.min(7, keys.length - row));
    }
    sorter.sort();
    const target = new Uint32Array(4 * SHAPE.width);
    const all: number[] = [];
    for (let count = sorter.read(target); count > 0; count = sorter.read(target)) {
      all.push(...target.subarray(0, count * SHAPE.width));
    }
    return all;
  }

  function expected(keys: readonly (readonly [number, number])[]): readonly number[] {
    const rows = keys.map(([first, second], row) => [first, second, row] as const);
    return rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]).flat();
  }

  test('sorts by the key and keeps equal rows as they came, in memory and on disk', () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 60 }), fc.integer({ min: 8, max: 60 }), (keys, rows) => {
        const memory = new Uint32Array(sortingWords(SHAPE, rows)).fill(0xdead);
        expect(sorted(keys, memory)).toEqual(expected(keys));
      }),
    );
  });

  test('takes rows that are sorted already, but for the last one', () => {
    const ascending = Array.from({ length: 50 }, (_, row) => [row >> 2, row & 1 ? 3 : 2] as const);
    const keys = [...ascending, [0, 0] as const];
    expect(sorted(ascending.toReversed(), new Uint32Array(1000))).toEqual(expected(ascending.toReversed()));
    expect(sorted(keys, new Uint32Array(1000))).toEqual(expected(keys));
  });

  test('one sorter after the other uses the same memory', () => {
    const memory = new Uint32Array(sortingWords(SHAPE, 8));
    for (const length of [8, 3, 20, 1]) {
      const keys = Array.from({ length }, (_, row) => [(row * 5) % 7, row & 1] as const);
      expect(sorted(keys, memory)).toEqual(expected(keys));
    }
  });
});

describe('sortIds', () => {
  /** Ids that begin alike, and end in NULs or not. */
  const id = fc
    .tuple(fc.constantFrom('', 'org', 'organization-', 'x'.repeat(40)), fc.stringMatching(/^[a-c\0]{0,6}$/))
    .map(([head, tail]) => `${head}${tail}`)
    .filter((text) => text !== '');

  test('sorts by bytes, whatever ids have in common', () => {
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 1, maxLength: 300 }), (ids) => {
        const texts = ids.map((text) => Buffer.from(text));
        const lengths = Uint16Array.from(texts, (text) => text.length);
        const starts = new Uint32Array(ids.length);
        for (let i = 1; i < ids.length; i++) starts[i] = (starts[i - 1] as number) + (lengths[i - 1] as number);
        const order = Uint32Array.from(ids.keys());
        sortIds({ bytes: Buffer.concat(texts), starts, lengths }, order);
        const numbers = [...ids.keys()].sort((a, b) => Buffer.compare(texts[a] as Buffer, texts[b] as Buffer));
        expect([...order]).toEqual(numbers);
      }),
    );
  });

  test('sorts more ids than are sorted by insertion, all of which begin alike', () => {
    const texts = Array.from({ length: 5000 }, (_, i) => Buffer.from(`organization-${(i * 7919) % 5000}`));
    const starts = Uint32Array.from(texts.keys(), (i) => i * 20);
    const bytes = Buffer.alloc(texts.length * 20);
    for (const [i, text] of texts.entries()) text.copy(bytes, i * 20);
    const order = Uint32Array.from(texts.keys());
    sortIds({ bytes, starts, lengths: Uint16Array.from(texts, (text) => text.length) }, order);
    expect([...order]).toEqual(
      [...texts.keys()].sort((a, b) => Buffer.compare(texts[a] as Buffer, texts[b] as Buffer)),
    );
  });
});

test('a signature has its number whichever fact came before', () => {
  const table = new SignatureTable();
  const facts = [
    fact('p'),
    fact('p', ['User', 'a']),
    fact('p', ['User', 'a'], ['Org', 'b']),
    fact('p', ['User', 'a'], ['User', 'b']),
    fact('q', ['User', 'a'], ['Org', 'b']),
  ];
  for (const [number, one] of facts.entries()) expect(table.of(one).number).toBe(number);
  for (const before of facts) {
    for (const [number, one] of facts.entries()) {
      table.of(before);
      expect(table.of(one).number).toBe(number);
    }
  }
});

test('a column takes every third word as it takes values one by one, also across what it keeps in memory', () => {
  using files = new TemporaryFiles(folder);
  const [single, many] = [new ColumnFile(files), new ColumnFile(files)];
  const words = Uint32Array.from({ length: 3 * 20_000 }, (_, i) => (i * 0x9e37_79b1) >>> 0);
  for (const [from, count] of [
    [1, 3],
    [4, 0],
    [2, 19_000],
    [0, 20_000],
  ] as const) {
    many.appendFrom(words, { from, stride: 3, count });
    for (let i = 0; i < count; i++) single.append(words[from + 3 * i] as number);
  }
  expect([many.count, many.min, many.max]).toEqual([single.count, single.min, single.max]);
  const [a, b] = [new Uint32Array(many.count), new Uint32Array(many.count)];
  expect(many.read(a, 0)).toBe(single.read(b, 0));
  expect(a).toEqual(b);
});

test('rows that repeat the one before are dropped, also where a whole block does', () => {
  using files = new TemporaryFiles(folder);
  const collector = new OrderCollector(files, 2);
  collector.begin(2);
  // Two columns and a fingerprint.
  for (const block of [
    [1, 5, 10, 1, 5, 10],
    [1, 5, 10, 1, 5, 10],
    [1, 5, 10, 2, 5, 30],
  ]) {
    collector.add(Uint32Array.from(block), 2, 3);
  }
  const { rowCount, fingerprint, takenFingerprint } = collector;
  expect({ rowCount, fingerprint, takenFingerprint }).toEqual({ rowCount: 2, fingerprint: 40, takenFingerprint: 80 });
  const columns = collector.columns.map((column) => {
    const values = new Uint32Array(2);
    column.read(values, 0);
    return [...values];
  });
  expect(columns).toEqual([
    [1, 2],
    [5, 5],
  ]);
});

test('hashes that come back other than they were written are refused', () => {
  using files = new TemporaryFiles(folder);
  const hashes = new ColumnFile(files);
  for (const hash of [3, 0xffff_ffff, 5]) hashes.append(hash);
  const descriptor = openSync(join(folder, 'slots'), 'w');
  const slotsFor = (hashSum: number) => {
    const input = { hashes, from: 0, idCount: 3, hashSum, memoryBytes: 2 ** 20 };
    for (const _ of writeSlots(input, new SectionWriter(descriptor, 0)));
  };
  slotsFor(7);
  expect(() => slotsFor(8)).toThrow('the hashes of ids were read other than they were written');
  closeSync(descriptor);
});
