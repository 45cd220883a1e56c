import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Fact } from '../../../src/facts/fact.ts';
import { type Directory, type PackedSection, parseDirectory } from '../../../src/facts/index/directory.ts';
import { IndexReader } from '../../../src/facts/index/index-reader.ts';
import { type IndexFile, openIndex } from '../../../src/facts/index/open-index.ts';
import { ResidentSource } from '../../../src/facts/index/resident-source.ts';
import { arbitraryFacts } from '../../support/arbitrary-facts.ts';
import { fixChecksums, putTogether, takeApart } from '../../support/craft-index.ts';
import { fact } from '../../support/fact-reader-conformance.ts';
import { buildTestIndex, readAll } from '../../support/index-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'crafted-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'facts.index');

/** Several rows for each owner, so that orders have offsets; ids in many blocks, whose offsets take two bytes. */
const OWNERS: readonly Fact[] = Array.from({ length: 600 }, (_, i) =>
  fact('owner', ['Repo', `${i % 200}-${'x'.repeat(i % 40)}-repository`], ['User', `u${i}`]),
);
const PAIR: readonly Fact[] = [fact('p', ['T', 'a']), fact('p', ['T', 'b'])];

describe('a section that was made by hand', () => {
  type Craft = (sections: Buffer, directory: Directory) => void;
  type Ask = (index: IndexFile) => unknown;
  const askAll: Ask = (index) => Buffer.concat([...index.lines()]);
  const askIds =
    (type: string, ids: readonly string[]): Ask =>
    ({ reader }) =>
      ids.map((id) => reader.dictionary.handleOf(type, id));
  const askUsers = askIds(
    'User',
    Array.from({ length: 600 }, (_, i) => `u${i}`),
  );
  const askRepoOwners: Ask = ({ reader }) => {
    const access = reader.relations[0]?.access([0]);
    for (let handle = 0; handle < reader.dictionary.valueCount; handle++) access?.seek(handle, 0, 0, 0, 0);
  };

  /** Writes over the texts of the first type. */
  const texts =
    (...bytes: readonly number[]): Craft =>
    (sections, { types: [type] }) => {
      const { offset, length } = type?.texts ?? { offset: 0, length: 0 };
      sections.fill(bytes.at(-1) ?? 0, offset, offset + length);
      sections.set(bytes, offset);
    };
  const integers =
    (
      of: (directory: Directory) => PackedSection | null | undefined,
      change: (index: number, value: number) => number,
    ): Craft =>
    (sections, directory) => {
      const { offset, width, count, base } = of(directory) ?? { offset: 0, width: 0, count: 0, base: 0 };
      expect(width).toBeGreaterThan(0);
      for (let i = 0; i < count; i++) {
        const at = offset + i * width;
        sections.writeUIntLE(change(i, sections.readUIntLE(at, width) + base) - base, at, width);
      }
    };
  const blocks = ({ types }: Directory) => types[0]?.blocks;
  const slots = ({ types }: Directory) => types.find(({ name }) => name === 'User')?.slots?.table;
  const offsets = ({ relations }: Directory) => relations[0]?.orders[0]?.offsets;
  const lowBits = ({ types }: Directory) => 2 ** (types.find(({ name }) => name === 'User')?.slots?.blockBits ?? 0);
  const slotsWith =
    (block: (bits: number) => number): Craft =>
    (sections, directory) => {
      const span = lowBits(directory);
      integers(slots, (_, slot) => (slot === 0 ? 0 : slot - (slot % span) + block(span)))(sections, directory);
    };

  const ids = (type: string) => `the ids of type "${type}" make no sense`;
  test.each<
    readonly [
      string,
      { readonly facts: readonly Fact[]; readonly craft: Craft; readonly ask: Ask; readonly message: string },
    ]
  >([
    ['blocks that are empty', { facts: OWNERS, craft: integers(blocks, () => 0), ask: askAll, message: ids('Repo') }],
    [
      'a block larger than any can be',
      {
        facts: Array.from({ length: 600 }, (_, i) => fact('owner', ['Repo', `${i}-${'x'.repeat(100)}`])),
        craft: integers(blocks, (index, value) => (index === 1 ? 2 ** 14 + 1 : value)),
        ask: askAll,
        message: ids('Repo'),
      },
    ],
    [
      'a packed block with more in common than a UUID has',
      { facts: PAIR, craft: texts(255), ask: askAll, message: ids('T') },
    ],
    ['a packed block that is too short', { facts: PAIR, craft: texts(16), ask: askAll, message: ids('T') }],
    [
      'a length that goes on to the end of its block',
      { facts: PAIR, craft: texts(15, 255), ask: askAll, message: ids('T') },
    ],
    ['an id that goes on behind its block', { facts: PAIR, craft: texts(9), ask: askAll, message: ids('T') }],
    [
      'a first id that shares bytes with none',
      { facts: PAIR, craft: texts(2, 97, 98, 240), ask: askAll, message: ids('T') },
    ],
    [
      'fewer ids in the last bytes of all than there should be',
      { facts: PAIR, craft: texts(3), ask: askAll, message: ids('T') },
    ],
    ['the same, and asked for an id', { facts: PAIR, craft: texts(3), ask: askIds('T', ['b']), message: ids('T') }],
    ['slots of no block', { facts: OWNERS, craft: slotsWith(() => 0), ask: askUsers, message: 'is out of range' }],
    [
      'slots of blocks that are not there',
      { facts: OWNERS, craft: slotsWith((span) => span - 1), ask: askUsers, message: 'is out of range' },
    ],
    [
      'rows before the first key',
      {
        facts: OWNERS,
        craft: integers(offsets, (index, value) => (index === 0 ? 1 : value)),
        ask: askAll,
        message: 'an order has rows without key',
      },
    ],
    [
      'offsets that descend',
      {
        facts: OWNERS,
        craft: integers(offsets, (index, value) => (index === 2 ? 0 : value)),
        ask: askRepoOwners,
        message: 'an order has offsets that descend',
      },
    ],
    [
      'offsets beyond the rows',
      {
        facts: OWNERS,
        craft: integers(offsets, (index, value) => (index === 2 ? 1023 : value)),
        ask: askRepoOwners,
        message: 'is out of range',
      },
    ],
  ])('is refused: %s', async (_, { facts, craft, ask, message }) => {
    using built = await buildTestIndex(facts);
    const { sections, text } = takeApart(readFileSync(built.path));
    craft(sections, parseDirectory(text));
    writeFileSync(path, putTogether({ sections, text: fixChecksums({ sections, text }) }));
    using paged = openIndex(path, { memoryBytes: 0, verify: true });
    for (const memoryBytes of [2 ** 20, paged.residentBytes, 0]) {
      // Without its slots an index is not asked through them.
      if (ask === askUsers && memoryBytes !== 2 ** 20) continue;
      using index = openIndex(path, { memoryBytes, verify: true });
      expect(() => ask(index), `${memoryBytes} bytes`).toThrow(
        expect.objectContaining({ code: 'INDEX_INVALID', message: expect.stringContaining(message) }),
      );
    }
  });
});

describe('a directory', () => {
  test('is read as it was written, so that a finished index is what its builder meant', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFacts(), async (facts) => {
        using built = await buildTestIndex(facts);
        const { text } = takeApart(readFileSync(built.path));
        expect(parseDirectory(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    ['', 'its directory is not JSON'],
    ['null', 'its directory should have an object where it has null'],
    ['[]', 'its directory should have an object where it has an array'],
    ['7', 'its directory should have an object where it has a number'],
    ['{}', 'its directory should have an array where it has nothing'],
    ['{"types":{}}', 'its directory should have an array where it has an object'],
  ])('is refused: %s', async (text, message) => {
    await expectRefused(text, message);
  });

  /** Where a value stands in the directory of OWNERS, another value, and what is said of it. */
  test.each<readonly [string, unknown, string]>([
    ['types.0.name', 7, 'its directory should have a string where it has a number'],
    ['types.0.idCount', '7', 'its directory should have a whole number where it has a string'],
    ['types.0.idCount', 1.5, 'its directory should have a whole number where it has a number'],
    ['types.0.idCount', -1, 'its directory should have a whole number where it has a number'],
    ['types.0.idCount', 2 ** 53, 'its directory should have a whole number where it has a number'],
    ['types.0.blocks.width', 5, 'a packed array does not fill its section'],
    ['types.0.blocks.count', 1, 'a packed array does not fill its section'],
    ['types.0.texts.offset', 17, 'its sections do not lie end to end'],
    ['types.1.slots', null, 'its sections do not lie end to end'],
    ['types.0.name', '', 'a type has no valid name'],
    ['types.0.name', 'User', 'its types are not in order'],
    ['types.0.idCount', 0, 'a type has no ids'],
    ['types.0.idCount', 2 ** 31, 'a type has no ids'],
    ['types.0.idCount', 1, 'a type has too few or too many blocks'],
    ['types.0.slots.table.base', 1, 'hash slots are not four bytes each'],
    ['types.0.slots.homes', 1, 'hash slots do not fit'],
    ['types.0.slots.maxProbes', 0, 'hash slots do not fit'],
    ['types.0.slots.blockBits', 32, 'hash slots do not fit'],
    ['relations.0.predicate', '\ud800', 'a predicate has no valid name'],
    ['relations.0.types.1', 2, 'a relation has unknown types'],
    ['relations.0.rowCount', 0, 'a relation has no rows'],
    ['relations.0.rowCount', 1, 'a column has too few or too many rows'],
    ['relations.0.types', [], 'a relation without columns has one row and no order'],
    ['relations.0.orders.0.lead', 1, 'a relation has no canonical order'],
    ['relations.0.orders.1.lead', 2, 'an order has too few or too many columns'],
    ['relations.0.orders.0.keyCount', 0, 'an order has too few or too many keys'],
    ['relations.0.orders.0.keyCount', 1, 'an order has too few or too many offsets'],
    ['relations.0.orders.0.distinct.0', 601, 'an order has wrong counts'],
    ['relations.0.orders.0.firstKey', 1, 'an order has keys that are no ids'],
    ['digest', 'x'.repeat(64), 'its digest is not a SHA-256'],
  ])('is refused with %s: %j', async (place, value, message) => {
    using built = await buildTestIndex(OWNERS);
    const directory: unknown = JSON.parse(takeApart(readFileSync(built.path)).text);
    await expectRefused(JSON.stringify(changed(directory, place.split('.'), value)), message);
  });

  async function expectRefused(text: string, message: string): Promise<void> {
    using built = await buildTestIndex(OWNERS);
    writeFileSync(path, putTogether({ ...takeApart(readFileSync(built.path)), text }));
    expect(() => openIndex(path, { memoryBytes: 0, verify: false })).toThrow(
      expect.objectContaining({ code: 'INDEX_INVALID', message: `the index file is damaged: ${message}` }),
    );
  }
});

describe('an index whose file', () => {
  test('is a folder cannot be read', () => {
    expect(() => openIndex(folder, { memoryBytes: 0, verify: false })).toThrow(
      expect.objectContaining({ code: 'INDEX_INVALID', message: 'the index file is damaged: byte 0 cannot be read' }),
    );
  });

  test('becomes shorter while it is open says so when it comes to the end', async () => {
    using built = await buildTestIndex(OWNERS);
    using index = openIndex(built.path, { memoryBytes: 0, verify: true });
    truncateSync(built.path, 100);
    await expect(readAll(index)).rejects.toMatchObject({
      code: 'INDEX_INVALID',
      message: expect.stringContaining('the index file is damaged: it ends before byte '),
    });
  });
});

test('there are no ids but those of the type, whatever a caller makes up', async () => {
  using built = await buildTestIndex(PAIR);
  const { sections, text } = takeApart(readFileSync(built.path));
  const source = new ResidentSource(new SharedArrayBuffer(sections.length), 0);
  source.bytes.set(sections);
  const { types } = new IndexReader(source, parseDirectory(text), { hasSlots: false, idCacheBytes: 0 });
  const cursor = types[0]?.cursor();
  for (const id of [-1, 2, 1.5e9, Number.NaN]) expect(() => cursor?.moveTo(id)).toThrow(`there is no id ${id}`);
  cursor?.moveTo(1);
  expect(cursor?.text()).toBe('b');
});

/** A copy of some JSON with another value at a place. */
function changed(json: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  if (typeof json !== 'object' || json === null) throw new Error(`nothing is at ${name}`);
  const entries = Object.entries(json).map(([key, item]) => [key, key === name ? changed(item, rest, value) : item]);
  if (!(name in json)) throw new Error(`nothing is at ${name}`);
  return Array.isArray(json) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}
