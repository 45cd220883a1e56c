import { createHash } from 'node:crypto';
import type fs from 'node:fs';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fact } from '../../../src/facts/fact.ts';
import { compareFacts, parseFactLine, printFactLine } from '../../../src/facts/fact-line.ts';
import type { FactSink, FactStream, PackedFacts } from '../../../src/facts/fact-sink.ts';
import { buildIndex } from '../../../src/facts/index/build-index.ts';
import { hashText } from '../../../src/facts/index/hash-id.ts';
import { openIndex } from '../../../src/facts/index/open-index.ts';
import { LineScanner, SLACK_BYTES } from '../../../src/facts/line-scanner.ts';
import { arbitraryFacts, arbitraryId } from '../../support/arbitrary-facts.ts';
import { collidingIds } from '../../support/colliding-ids.ts';
import { fact } from '../../support/fact-reader-conformance.ts';
import { inBatches, leftovers, readAll } from '../../support/index-files.ts';
import { Random } from '../../support/random.ts';

/** Writes and reads left until the next one fails, and the code of that failure. */
const fault = vi.hoisted(() => ({ writesLeft: Number.POSITIVE_INFINITY, code: '', calls: 0 }));
/** Bytes written and read. */
const moved = vi.hoisted(() => ({ bytes: 0 }));

vi.mock('node:fs', async (load) => {
  const real = await load<typeof fs>();
  const writeSync = (descriptor: number, bytes: Uint8Array, offset: number, length: number, at: number) => {
    fault.calls++;
    if (fault.writesLeft-- <= 0) throw Object.assign(new Error(fault.code), { code: fault.code });
    // Short writes are legal and must be finished.
    const count = real.writeSync(descriptor, bytes, offset, Math.max(1, Math.ceil(length * 0.7)), at);
    moved.bytes += count;
    return count;
  };
  const readSync = (descriptor: number, bytes: Uint8Array, offset: number, length: number, at: number) => {
    const count = real.readSync(descriptor, bytes, offset, length, at);
    moved.bytes += count;
    return count;
  };
  const mocked = { ...real, writeSync, readSync };
  return { ...mocked, default: mocked };
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'build-'));
  fault.writesLeft = Number.POSITIVE_INFINITY;
  fault.calls = 0;
});
afterEach(() => rmSync(directory, { recursive: true }));

const MANY: readonly Fact[] = manyFacts(20_000, 7);

describe('buildIndex', () => {
  test('summarizes the set of facts: counts, canonical digest, bytes of the lines', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFacts(), async (facts) => {
        const summary = await build(facts);
        const lines = [...new Set([...facts].sort(compareFacts).map(printFactLine))];
        const bytes = Buffer.from(lines.join(''));
        expect(summary.factCount).toBe(lines.length);
        expect(summary.lineBytes).toBe(bytes.length);
        expect(summary.digest).toBe(createHash('sha256').update(bytes).digest('hex'));
        expect(Object.values(summary.countBySignature).reduce((sum, count) => sum + count, 0)).toBe(lines.length);
      }),
      { numRuns: 40 },
    );
  });

  test('makes the same file whatever the order, the repetition and the memory', async () => {
    await build(MANY, { memoryBytes: 64 * 2 ** 20, name: 'roomy' });
    const random = new Random(3);
    const shuffled = [...MANY, ...MANY.slice(0, 9000)].map((item) => ({ item, key: random.next() }));
    const facts = shuffled.sort((a, b) => a.key - b.key).map(({ item }) => item);
    await build(facts, { memoryBytes: 0, name: 'tight' });
    expect(readFileSync(join(directory, 'tight')).equals(readFileSync(join(directory, 'roomy')))).toBe(true);
  });

  test('gives back every fact after an external sort over many runs', async () => {
    await build(MANY, { memoryBytes: 0 });
    using index = openIndex(join(directory, 'facts.index'), { memoryBytes: 2 ** 20, verify: true });
    const expected = [...new Set([...MANY].sort(compareFacts).map(printFactLine))];
    expect((await readAll(index)).map(printFactLine)).toEqual(expected);
  });

  test('takes the same object for a value that comes again as well as another one', async () => {
    const equal = MANY.slice(0, 5000).toSorted(compareFacts);
    const known = new Map(equal.flatMap(({ args }) => args.map((value) => [`${value.type} ${value.id}`, value])));
    const same = equal.map(({ predicate, args }) => ({
      predicate,
      args: args.map((value) => known.get(`${value.type} ${value.id}`) ?? value),
    }));
    expect(await build(same, { memoryBytes: 0 })).toEqual(await build(equal, { memoryBytes: 0 }));
  });

  test('takes an object again that a fact with fewer arguments stood before, also when ids were spilled between', async () => {
    const value = { type: 'T', id: 'again' };
    const wide = (user: string): Fact => ({ predicate: 'wide', args: [{ type: 'T', id: user }, value] });
    const narrow = (from: number) => Array.from({ length: 8000 }, (_, i) => fact('narrow', ['T', `id-${from + i}`]));
    const facts = [wide('a'), ...narrow(0), wide('b'), wide('c'), ...narrow(8000), wide('d')];
    await build(facts, { memoryBytes: 0 });
    using index = openIndex(join(directory, 'facts.index'), { memoryBytes: 2 ** 20, verify: true });
    expect((await readAll(index)).map(printFactLine)).toEqual([...facts].sort(compareFacts).map(printFactLine));
  });

  test('makes the same file of packed facts, however many chunks they take', async () => {
    const escaped = (user: number) =>
      fact('p', ['User', 'CORP\\"alice"'], ['String', `é-${user}`], ['Folder', 'the same'], ['Other', `${user % 7}`]);
    const facts = [...MANY, ...Array.from({ length: 9000 }, (_, user) => escaped(10_000 + user))];
    await build(facts, { memoryBytes: 64 * 2 ** 20, name: 'objects' });
    for (const memoryBytes of [0, 64 * 2 ** 20]) {
      const path = join(directory, `packed-${memoryBytes}`);
      await buildIndex(packed(facts), { path, temporaryDirectory: directory, memoryBytes });
      expect(readFileSync(path).equals(readFileSync(join(directory, 'objects')))).toBe(true);
    }
  });

  test('sorts hostile ids by their bytes, also in crowds with long common starts', async () => {
    const crowd = fc.tuple(
      fc.constantFrom('', 'common/'.repeat(20), 'é'.repeat(50)),
      arbitraryId().filter((id) => id.length < 100),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(crowd, { minLength: 50, maxLength: 300 }), async (parts) => {
        const facts = parts.map(([start, end]) => fact('p', ['T', start + end]));
        await build(facts);
        using index = openIndex(join(directory, 'facts.index'), { memoryBytes: 2 ** 20, verify: true });
        const expected = [...new Set([...facts].sort(compareFacts).map(printFactLine))];
        expect((await readAll(index)).map(printFactLine)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  test('sorts ids that differ only in the number of NULs at their end', async () => {
    const facts = Array.from({ length: 100 }, (_, i) => fact('p', ['T', `a${'\0'.repeat((i * 37) % 100)}`]));
    await build(facts);
    using index = openIndex(join(directory, 'facts.index'), { memoryBytes: 2 ** 20, verify: true });
    expect((await readAll(index)).map(({ args }) => args[0]?.id.length)).toEqual(
      Array.from({ length: 100 }, (_, i) => i + 1),
    );
  });

  test('finds ids whose hashes crowd in one place, chosen by an enemy', async () => {
    const ids: string[] = [];
    for (let i = 0; ids.length < 1200; i++) if (hashText(`enemy-${i}`) < 2 ** 32 / 100) ids.push(`enemy-${i}`);
    await build(ids.map((id) => fact('p', ['T', id])));
    using index = openIndex(join(directory, 'facts.index'), { memoryBytes: 2 ** 20, verify: true });
    const { dictionary } = index.reader;
    expect(ids.map((id) => dictionary.valueOf(dictionary.handleOf('T', id)).id)).toEqual(ids);
    expect(dictionary.handleOf('T', 'enemy')).toBe(-1);
  });

  test('takes in a hundred thousand ids that were made to collide', async () => {
    const ids = collidingIds(100_000);
    await build(
      ids.map((id) => fact('p', ['T', id])),
      { memoryBytes: 64 * 2 ** 20 },
    );
    using index = openIndex(join(directory, 'facts.index'), { memoryBytes: 2 ** 30, verify: true });
    const { dictionary } = index.reader;
    expect(dictionary.valueCount).toBe(ids.length);
    expect(ids.filter((id) => dictionary.handleOf('T', id) < 0)).toEqual([]);
  });

  test('finds such ids also when they come last of so many that the slots before them are on disk', async () => {
    const enemies: string[] = [];
    for (let i = 0; enemies.length < 2000; i++) if (hashText(`enemy-${i}`) > 2 ** 32 * 0.99) enemies.push(`enemy-${i}`);
    const ids = [...Array.from({ length: 60_000 }, (_, at) => `id-${at}`), ...enemies];
    await build(
      ids.map((id) => fact('p', ['T', id])),
      { memoryBytes: 0 },
    );
    using index = openIndex(join(directory, 'facts.index'), { memoryBytes: 2 ** 20, verify: true });
    const { dictionary } = index.reader;
    expect(dictionary.valueCount).toBe(ids.length);
    expect(enemies.filter((id) => dictionary.handleOf('T', id) < 0)).toEqual([]);
  });

  test('leaves nothing in the temporary directory, and only the index beside it', async () => {
    await build(MANY, { memoryBytes: 0 });
    expect(leftovers(directory, 'facts.index')).toEqual([]);
  });

  test('tells how far it has come: read, sort, write, check', async () => {
    const stages: string[] = [];
    await build(MANY.slice(0, 500), { progress: (stage) => stages.push(stage) });
    expect([...new Set(stages)]).toEqual(['read', 'sort', 'write', 'check']);
  });

  test.each([
    [fact('', ['T', 'x']), 'the predicate of a fact is empty'],
    [fact('p', ['', 'x']), 'the type of a fact is empty'],
    [fact('p', ['T', '']), 'the id of a fact is empty'],
    [fact('p', ['T', '\ud800']), 'the id `\ufffd` of a fact is not well-formed Unicode'],
    [fact('p', ['T', 'x'.repeat(513)]), `the id \`${'x'.repeat(60)}…\` of a fact has 513 bytes, more than 512`],
    [fact('p', ['T', 'é'.repeat(257)]), `the id \`${'é'.repeat(60)}…\` of a fact has 514 bytes, more than 512`],
    [
      fact('p', ...Array.from({ length: 6 }, () => ['T', 'x'] as const)),
      'a fact has at most 5 arguments, one of `p` has 6',
    ],
  ])('refuses a fact that is not well formed, and removes what it wrote: %#', async (bad, message) => {
    await expect(build([...MANY.slice(0, 3000), bad], { memoryBytes: 0 })).rejects.toMatchObject({
      code: 'FACT_INVALID',
      message,
    });
    expect(leftovers(directory)).toEqual([]);
  });

  test('does not touch a file that is there already', async () => {
    writeFileSync(join(directory, 'facts.index'), 'precious');
    await expect(build([])).rejects.toMatchObject({ code: 'EEXIST' });
    expect(readFileSync(join(directory, 'facts.index'), 'utf8')).toBe('precious');
  });

  test('removes what it wrote when the stream of facts fails, with the error of the stream', async () => {
    async function* broken(): FactStream {
      yield MANY.slice(0, 5000);
      throw new Error('the connection broke');
    }
    const path = join(directory, 'facts.index');
    const work = buildIndex(broken(), { path, temporaryDirectory: directory, memoryBytes: 0 });
    await expect(work).rejects.toThrow('the connection broke');
    expect(leftovers(directory)).toEqual([]);
  });

  test('stops with the reason of its signal at every stage, and removes what it wrote', async () => {
    for (const stage of ['read', 'sort', 'write', 'check']) {
      const controller = new AbortController();
      const progress = (reached: string) => {
        if (reached === stage) controller.abort(new Error(`stopped at ${stage}`));
      };
      await expect(build(MANY, { progress, signal: controller.signal }), stage).rejects.toThrow(`stopped at ${stage}`);
      expect(leftovers(directory)).toEqual([]);
    }
  });

  test('lets the event loop turn after each megabyte that it writes or reads, however many facts there are', async () => {
    const facts = Array.from({ length: 200_000 }, (_, i) =>
      fact('owner', ['Repo', `r${100_000 + (i >> 1)}`], ['User', `u${(i * 7919) % 200_000}`]),
    );
    let isOver = false;
    let most = 0;
    const watched = (async () => {
      while (!isOver) {
        moved.bytes = 0;
        await nextTurn();
        most = Math.max(most, moved.bytes);
      }
    })();
    await build(facts, { memoryBytes: 0 });
    isOver = true;
    await watched;
    expect(most).toBeLessThan(2 ** 20);
    expect(statSync(join(directory, 'facts.index')).size).toBeGreaterThan(2 ** 21);
  });

  test('does nothing when its signal is aborted already', async () => {
    await expect(build([], { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late');
    expect(existsSync(join(directory, 'facts.index'))).toBe(false);
  });

  test('reports a full disk at whichever write it is met, and removes what it wrote', async () => {
    const facts = MANY.slice(0, 3000);
    await build(facts, { memoryBytes: 0, name: 'counted' });
    const writes = fault.calls;
    rmSync(join(directory, 'counted'));
    expect(writes).toBeGreaterThan(20);
    for (let left = 0; left < writes; left += 3) {
      fault.writesLeft = left;
      fault.code = left % 2 === 0 ? 'ENOSPC' : 'EDQUOT';
      await expect(build(facts, { memoryBytes: 0 }), `write ${left}`).rejects.toMatchObject({
        code: 'NO_SPACE',
        message: 'no space is left for the index of the facts',
        hint: 'free some space, or use a larger disk',
      });
      expect(leftovers(directory), `write ${left}`).toEqual([]);
    }
  });

  test('passes on other failures of the disk as they are', async () => {
    fault.writesLeft = 2;
    fault.code = 'EIO';
    await expect(build(MANY)).rejects.toMatchObject({ code: 'EIO' });
    expect(leftovers(directory)).toEqual([]);
  });
});

interface TestBuildOptions {
  readonly memoryBytes?: number;
  readonly name?: string;
  readonly progress?: (stage: string) => void;
  readonly signal?: AbortSignal;
}

/** Builds over the file of an earlier build of the same test unless it is the default one and precious. */
/** The facts in order, some thousand at a time; an object only of those that differ from the one before in more than ids. */
async function* packed(facts: readonly Fact[]): AsyncGenerator<PackedFacts> {
  const sorted = [...facts].sort(compareFacts);
  const lines = [...new Set(sorted.map(printFactLine))];
  for (let at = 0; at < lines.length; at += 3000) {
    const part = lines.slice(at, at + 3000);
    yield { pourInto: (sink) => pour(part, sink) };
  }
}

function pour(lines: readonly string[], sink: FactSink): void {
  const bytes = Buffer.from(lines.join('') + ' '.repeat(SLACK_BYTES));
  const scanner = new LineScanner(bytes);
  let at = 0;
  for (const line of lines) {
    const end = scanner.scan(at);
    if (end === -1) {
      const made = parseFactLine(line.slice(0, -1));
      scanner.follow(made, at);
      sink.add(made);
    } else sink.addNext(scanner);
    at += Buffer.byteLength(line);
  }
}

async function build(
  facts: readonly Fact[],
  { memoryBytes = 2 ** 20, name = 'facts.index', ...rest }: TestBuildOptions = {},
) {
  const path = join(directory, name);
  if (existsSync(path) && readFileSync(path, 'latin1') !== 'precious') rmSync(path);
  return await buildIndex(inBatches(facts), { path, temporaryDirectory: directory, memoryBytes, ...rest });
}

/** Several signatures, many ids, long ones too, with repetitions. */
function manyFacts(count: number, seed: number): readonly Fact[] {
  const random = new Random(seed);
  const id = (type: string, kinds: number) =>
    [type, `${type}-${random.below(kinds)}${'x'.repeat(random.below(3) * 20)}`] as const;
  return Array.from({ length: count }, () => {
    const choice = random.below(4);
    if (choice === 0) return fact('owner', id('Repo', 4000), id('User', 3000));
    if (choice === 1) return fact('has_role', id('User', 3000), id('String', 4), id('Org', 50));
    if (choice === 2)
      return fact('grant', id('User', 500), id('User', 500), id('String', 3), id('Integer', 900), id('Org', 9));
    return fact('plan', id('String', 3), id('Integer', 40));
  });
}
