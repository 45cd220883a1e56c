import { createHash } from 'node:crypto';
import { readFileSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import type { Fact } from '../../../src/facts/fact.ts';
import { compareFacts, printFactLine } from '../../../src/facts/fact-line.ts';
import type { FactSummary } from '../../../src/facts/fact-sink.ts';
import { FORMAT_VERSION } from '../../../src/facts/index/format.ts';
import { type IndexFile, openHashedIndex, openIndex, openSharedIndex } from '../../../src/facts/index/open-index.ts';
import { fixChecksums, putTogether, takeApart } from '../../support/craft-index.ts';
import { describeFactReader, fact } from '../../support/fact-reader-conformance.ts';
import { buildTestIndex, openTestIndex, readAll } from '../../support/index-files.ts';
import { Random } from '../../support/random.ts';

describeFactReader('a resident index file', (facts) => openTestIndex(facts, 2 ** 30));
describeFactReader('a paged index file', (facts) => openTestIndex(facts, 0));
describeFactReader('an index file without its hash slots', (facts) => openTestIndex(facts, 'without slots'));

const FACTS: readonly Fact[] = [
  fact('on'),
  ...Array.from({ length: 40 }, (_, i) =>
    fact('has_role', ['User', `u${i % 17}`], ['String', `r${i % 3}`], ['Org', `${i}`]),
  ),
  ...Array.from({ length: 9 }, (_, i) => fact('is_public', ['Repo', `repository-${i * i}`])),
  ...Array.from({ length: 40 }, (_, i) => fact('is_public', ['Issue', uuidOf(i)])),
];

/** What is in test/fixtures/index/version-1.index. */
const VERSION_1_IDS: readonly string[] = [...Array.from({ length: 20 }, (_, i) => uuidOf(i)), 'alice'];
const VERSION_1_FACTS: readonly Fact[] = VERSION_1_IDS.map((id) => fact('is_admin', ['User', id]));

/** What is in test/fixtures/index/version-2.index. */
const VERSION_2_FACTS: readonly Fact[] = Array.from({ length: 20 }, (_, i) =>
  fact('has_role', ['User', `u${i % 5}`], ['String', `r${i % 3}`], ['Org', `${i}`]),
);

/** For thousands of files, which take two minutes where the machine does much else. */
const MANY_FILES_MS = 900_000;

describe('an index of known digest', () => {
  const noCheck = () => {};

  test.each([['resident', 2 ** 20] as const, ['paged', 0] as const])(
    'is opened %s after its check',
    async (mode, memoryBytes) => {
      using built = await buildTestIndex(FACTS);
      const bytes = readFileSync(built.path);
      const check = vi.fn();
      using index = await openHashedIndex(built.path, { memoryBytes, check });
      expect(check.mock.calls).toEqual([[{ sizeBytes: bytes.length, sha256: sha256(bytes) }]]);
      expect(index).toMatchObject({ mode, summary: built.summary });
      using other = openIndex(built.path, { memoryBytes, verify: true });
      expect(await readAll(index)).toEqual(await readAll(other));
    },
  );

  test('holds the bytes that were hashed, whatever becomes of the file', async () => {
    using built = await buildTestIndex(FACTS);
    const size = statSync(built.path).size;
    const check = () => writeFileSync(built.path, Buffer.alloc(size, 255));
    using index = await openHashedIndex(built.path, { memoryBytes: 2 ** 20, check });
    expect(await readAll(index)).toHaveLength(FACTS.length);
  });

  test('is told to be another one before anything is said of what is in it', async () => {
    using built = await buildTestIndex(FACTS);
    const bytes = readFileSync(built.path);
    const path = join(built.directory, 'changed');
    const refuse = ({ sha256: digest }: { readonly sha256: string }) => {
      if (digest !== sha256(bytes)) throw new Error('another file');
    };
    for (let at = 0; at < bytes.length; at += 5) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(path, changed);
      await expect(openHashedIndex(path, { memoryBytes: 2 ** 20, check: refuse }), `byte ${at}`).rejects.toThrow(
        'another file',
      );
    }
    writeFileSync(path, 'x'.repeat(100));
    await expect(openHashedIndex(path, { memoryBytes: 0, check: noCheck })).rejects.toThrow(
      'the file is not an index file',
    );
  });

  test('is not opened when it is missing, or when nobody waits for it any more', async () => {
    using built = await buildTestIndex(FACTS);
    const memoryBytes = 2 ** 20;
    const missing = openHashedIndex(join(built.directory, 'none'), { memoryBytes, check: noCheck });
    await expect(missing).rejects.toMatchObject({ code: 'ENOENT' });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(openHashedIndex(built.path, { memoryBytes, check: noCheck, signal })).rejects.toThrow('enough');
  });
});

describe('an index that another thread has open', () => {
  test('is opened from the very same memory, without its file', async () => {
    using built = await buildTestIndex(FACTS);
    using index = openIndex(built.path, { memoryBytes: 2 ** 20, verify: true });
    unlinkSync(built.path);
    const shared = structuredClone(index.share());
    using other = openSharedIndex(shared);
    expect(other).toMatchObject({ mode: 'resident', summary: index.summary, memoryBytes: index.memoryBytes });
    expect(await readAll(other)).toEqual(await readAll(index));
    const { memory } = shared.kind === 'resident' ? shared : { memory: undefined };
    new Uint8Array(memory ?? new ArrayBuffer(0)).fill(255);
    expect(() => other.reader.dictionary.valueOf(0)).toThrow();
    expect(() => index.reader.dictionary.valueOf(0)).toThrow();
  });

  test('is opened through a cache of its share when it is paged, even if the file has lost its name', async () => {
    const facts = Array.from({ length: 60_000 }, (_, i) => fact('owner', ['Repo', `r${i}`], ['User', `u${i * 7}`]));
    using built = await buildTestIndex(facts);
    using alone = openIndex(built.path, { memoryBytes: 2 ** 19, verify: false });
    using index = openIndex(built.path, { memoryBytes: 2 ** 19, verify: false, threads: 4 });
    expect([alone.mode, index.mode]).toEqual(['paged', 'paged']);
    expect(index.memoryBytes).toBeLessThan(alone.memoryBytes);
    unlinkSync(built.path);
    const other = openSharedIndex(structuredClone(index.share()));
    expect(other).toMatchObject({ mode: 'paged', memoryBytes: index.memoryBytes });
    const first = facts[0]?.args[0];
    const handle = index.reader.dictionary.handleOf('Repo', first?.id ?? '');
    expect(other.reader.dictionary.handleOf('Repo', first?.id ?? '')).toBe(handle);
    other[Symbol.dispose]();
    expect(index.reader.dictionary.valueOf(handle)).toEqual(first);
  });

  test('is refused when its descriptor is of something else', async () => {
    using built = await buildTestIndex(FACTS);
    using index = openIndex(built.path, { memoryBytes: 0, verify: false });
    writeFileSync(built.path, 'no index');
    expect(() => openSharedIndex(index.share())).toThrow(expect.objectContaining({ code: 'INDEX_INVALID' }));
  });
});

describe('openIndex', () => {
  test('gives back what the builder reported', async () => {
    using built = await buildTestIndex(FACTS);
    using index = openIndex(built.path, { memoryBytes: 2 ** 20, verify: true });
    expect(index.summary).toEqual(built.summary);
    expect(index.summary.countBySignature).toEqual({
      'has_role(User,String,Org)': 40,
      'is_public(Issue)': 40,
      'is_public(Repo)': 9,
      'on()': 1,
    });
    expect(index.mode).toBe('resident');
    expect(index.memoryBytes).toBeLessThan(statSync(built.path).size);
    using paged = openIndex(built.path, { memoryBytes: 0, verify: false });
    expect([paged.mode, paged.residentBytes]).toEqual(['paged', index.residentBytes]);
    using least = openIndex(built.path, { memoryBytes: paged.residentBytes, verify: false });
    expect([least.mode, least.memoryBytes]).toEqual(['resident', paged.residentBytes]);
  });

  test('gives nothing away once it is closed, and lets go of its memory', async () => {
    using built = await buildTestIndex(FACTS);
    for (const memoryBytes of [0, 2 ** 20]) {
      const index = openIndex(built.path, { memoryBytes, verify: false });
      const handle = index.reader.dictionary.handleOf('User', 'u1');
      index[Symbol.dispose]();
      if (memoryBytes > 0) expect(index.share()).toMatchObject({ memory: { byteLength: 0 } });
      expect(() => index.reader.dictionary.valueOf(handle)).toThrow('the index is closed');
    }
  });

  test('leaves the hash slots on disk when all else fits, and finds the same', async () => {
    const facts = Array.from({ length: 5000 }, (_, i) => fact('is_public', ['Repo', `repository-${i * 7}`]));
    using built = await buildTestIndex(facts);
    using whole = openIndex(built.path, { memoryBytes: 2 ** 20, verify: false });
    using part = openIndex(built.path, { memoryBytes: whole.memoryBytes - 1, verify: false });
    expect([part.mode, whole.mode]).toEqual(['resident', 'resident']);
    expect(part.memoryBytes).toBeLessThan(whole.memoryBytes);
    const ids = Array.from({ length: 35_010 }, (_, i) => `repository-${i}`);
    const find = ({ reader }: IndexFile) => ids.map((id) => reader.dictionary.handleOf('Repo', id));
    expect(find(part)).toEqual(find(whole));
  });

  test('reads through a cache far smaller than the file', async () => {
    const facts = Array.from({ length: 60_000 }, (_, i) =>
      fact('owner', ['Repo', `r${(i * 7919) % 60_000}`], ['User', `u${i}`]),
    );
    using built = await buildTestIndex(facts);
    using index = openIndex(built.path, { memoryBytes: 1, verify: true });
    expect(index.mode).toBe('paged');
    expect(index.memoryBytes).toBeLessThan(statSync(built.path).size / 2);
    const { dictionary, relations } = index.reader;
    const path = relations[0]?.access([0]);
    for (const { args } of facts.slice(0, 3000)) {
      const [repo, user] = args.map(({ type, id }) => dictionary.handleOf(type, id));
      const at = path?.seek(repo ?? -1, 0, 0, 0, 0) ?? -1;
      expect([path?.end, path?.get(at, 1)]).toEqual([at + 1, user]);
    }
  });

  test('takes no more for ids asked for than its ids can use', async () => {
    using built = await buildTestIndex(FACTS);
    using index = openIndex(built.path, { memoryBytes: 4 * 2 ** 30, verify: false });
    expect(index.share().idCacheBytes).toBe(2 ** 20);
  });

  test('has no values in columns that are not there', async () => {
    using built = await buildTestIndex(FACTS);
    using index = openIndex(built.path, { memoryBytes: 2 ** 20, verify: false });
    for (const relation of index.reader.relations) {
      const arity = relation.types.length;
      expect(() => relation.access([]).get(0, arity)).toThrow(`there is no column ${arity}`);
    }
  });

  test('streams lines whose concatenation has the digest of the summary', async () => {
    using built = await buildTestIndex(FACTS);
    using index = openIndex(built.path, { memoryBytes: 2 ** 20, verify: false });
    const lines = Buffer.concat([...index.lines()]);
    expect(lines.length).toBe(index.summary.lineBytes);
    expect(sha256(lines)).toBe(index.summary.digest);
    expect(lines.toString().split('\n')[0]).toBe('["has_role","User","u0","String","r0","Org","0"]');
  });

  test.each([
    ['rows that repeat what the row before has', (i: number) => `u${(i * 7919) % 300}`],
    ['more values than are kept', (i: number) => `${'\0'.repeat(505)}${(i * 7919) % 10_000}`],
  ])('prints the lines of many rows: %s', async (_, userOf) => {
    const facts = Array.from({ length: 10_000 }, (_row, i) =>
      fact('owner', ['Repo', `r${10_000 + i - (i % 3)}`], ['String', `s${(i % 3) >> 1}`], ['User', userOf(i)]),
    );
    for (let i = 0; i < 100; i++) facts.push(fact('watches', ['Repo', `r${10_000 + i}`], ['User', userOf(i * 99)]));
    using built = await buildTestIndex(facts);
    using index = openIndex(built.path, { memoryBytes: 2 ** 30, verify: false });
    const expected = facts.toSorted(compareFacts).map(printFactLine).join('');
    expect(Buffer.concat([...index.lines()]).equals(Buffer.from(expected))).toBe(true);
  });

  test('streams the lines that the build has read back, over many chunks, each of them a buffer of its own', async () => {
    const facts = Array.from({ length: 30_000 }, (_, i) => fact('owner', ['Repo', `r${i}`], ['User', `u${i % 99}`]));
    using built = await buildTestIndex(facts);
    using index = openIndex(built.path, { memoryBytes: 2 ** 30, verify: false });
    const chunks = [...index.lines()];
    expect(chunks.length).toBeGreaterThan(3);
    expect(sha256(Buffer.concat(chunks))).toBe(built.summary.digest);
  });

  test(
    'refuses a file with any byte changed, a changed version as a newer one',
    async () => {
      using built = await buildTestIndex(FACTS);
      const bytes = readFileSync(built.path);
      const path = join(built.directory, 'changed');
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        writeFileSync(path, changed);
        const code = changed.readUInt32LE(8) > FORMAT_VERSION ? 'SNAPSHOT_NEWER' : 'INDEX_INVALID';
        expect(() => openIndex(path, { memoryBytes: 2 ** 20, verify: true }), `byte ${at}`).toThrow(
          expect.objectContaining({ code }),
        );
      }
    },
    MANY_FILES_MS,
  );

  test('refuses a file cut or lengthened anywhere', async () => {
    using built = await buildTestIndex(FACTS);
    const bytes = readFileSync(built.path);
    const path = join(built.directory, 'changed');
    for (let length = 0; length < bytes.length; length += 7) {
      writeFileSync(path, bytes);
      truncateSync(path, length);
      expect(() => openIndex(path, { memoryBytes: 0, verify: false })).toThrow(
        expect.objectContaining({ code: 'INDEX_INVALID' }),
      );
    }
    writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(1)]));
    expect(() => openIndex(path, { memoryBytes: 0, verify: false })).toThrow(
      'the index file is damaged: it has no footer; perhaps it is incomplete',
    );
  });

  test('says what is wrong with a file that is none, or of another version', async () => {
    using built = await buildTestIndex([]);
    const path = join(built.directory, 'changed');
    writeFileSync(path, 'x'.repeat(100));
    expect(() => openIndex(path, { memoryBytes: 0, verify: false })).toThrow('the file is not an index file');
    writeFileSync(path, '');
    expect(() => openIndex(path, { memoryBytes: 0, verify: false })).toThrow('the file is not an index file');
    const bytes = readFileSync(built.path);
    for (const [version, code] of [
      [0, 'INDEX_INVALID'],
      [3, 'SNAPSHOT_NEWER'],
    ] as const) {
      bytes.writeUInt32LE(version, 8);
      writeFileSync(path, bytes);
      const message = `the index file has format version ${version}, this program reads versions 1 to 2`;
      expect(() => openIndex(path, { memoryBytes: 0, verify: false })).toThrow(
        expect.objectContaining({ code, message }),
      );
    }
  });

  test('reads files of format version 1, which has no packed UUIDs', async () => {
    using index = openFixture('version-1.index', 2 ** 20);
    expect(index.summary.digest).toBe((await summaryOf(VERSION_1_FACTS)).digest);
    const { dictionary } = index.reader;
    for (const id of VERSION_1_IDS) expect(dictionary.valueOf(dictionary.handleOf('User', id)).id).toBe(id);
  });

  test.each([2 ** 20, 0])(
    'reads files of format version 2, whose columns lie apart, with %d bytes',
    async (memoryBytes) => {
      using index = openFixture('version-2.index', memoryBytes);
      expect(index.summary).toEqual(await summaryOf(VERSION_2_FACTS));
      expect(await readAll(index)).toEqual([...VERSION_2_FACTS].sort(compareFacts));
    },
  );

  test(
    'survives damage that its checksums do not show: a refusal or an answer, in bounded time',
    async () => {
      using built = await buildTestIndex(FACTS);
      const bytes = readFileSync(built.path);
      const path = join(built.directory, 'changed');
      for (let seed = 0; seed < 1500; seed++) {
        writeFileSync(path, damage(bytes, new Random(seed)));
        await expectRefusalOrAnswers(path, seed);
      }
    },
    MANY_FILES_MS,
  );
});

/** One of many UUIDs, which are not in order. */
function uuidOf(number: number): string {
  const digits = ((number * 0x9e37_79b1) >>> 0).toString(16).padStart(8, '0');
  return `${digits}-0000-4000-8000-${digits}${digits.slice(4)}`;
}

function openFixture(name: string, memoryBytes: number): IndexFile {
  const path = fileURLToPath(new URL(`../../fixtures/index/${name}`, import.meta.url));
  return openIndex(path, { memoryBytes, verify: true });
}

async function summaryOf(facts: readonly Fact[]): Promise<FactSummary> {
  using built = await buildTestIndex(facts);
  return built.summary;
}

async function expectRefusalOrAnswers(path: string, seed: number): Promise<void> {
  try {
    using index = openIndex(path, { memoryBytes: seed % 2 === 0 ? 2 ** 20 : 0, verify: true });
    const { reader } = index;
    expect((await readAll(index)).length).toBe(reader.factCount);
    expect(Buffer.concat([...index.lines()]).length).toBeGreaterThan(0);
    for (const { args } of FACTS) for (const { type, id } of args) reader.dictionary.handleOf(type, id);
    // Looked at once: an assertion for each of some million handles takes most of a minute.
    let largest = 0;
    for (const relation of reader.relations) {
      for (const column of relation.types.keys()) {
        const access = relation.access([column]);
        for (let handle = 0; handle < Math.min(500, reader.dictionary.valueCount); handle++) {
          let at = access.seek(handle, 0, 0, 0, 0);
          for (const end = access.end; at < end; at++) largest = Math.max(largest, access.get(at, column));
        }
      }
    }
    expect(largest).toBeLessThan(2 ** 31);
  } catch (error) {
    expect(error, `seed ${seed}: ${String(error)}`).toMatchObject({ code: 'INDEX_INVALID' });
  }
}

/** Changes a section or a number of the directory, and makes the checksums right again. */
function damage(original: Buffer, random: Random): Buffer {
  const parts = takeApart(original);
  const { sections } = parts;
  let { text } = parts;
  if (random.below(2) === 0) {
    for (let n = random.below(4); n >= 0; n--) sections[16 + random.below(sections.length - 16)] = random.below(256);
  } else {
    const numbers = [...text.matchAll(/\d+/g)];
    const number = numbers[random.below(numbers.length)];
    const value = Number(number?.[0] ?? 0);
    const other = [value + 1, Math.max(0, value - 1), 0, 4_294_967_295, value * 1000, 2 ** 53 - 1][random.below(6)];
    text = `${text.slice(0, number?.index)}${other}${text.slice((number?.index ?? 0) + (number?.[0].length ?? 0))}`;
  }
  return putTogether({ sections, text: fixChecksums({ sections, text }) });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
