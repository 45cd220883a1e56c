import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import type { Fact } from '../../src/facts/fact.ts';
import { compareFacts, printFactLine } from '../../src/facts/fact-line.ts';
import { openSnapshot } from '../../src/snapshot/read-snapshot.ts';
import { verifySnapshot } from '../../src/snapshot/verify-snapshot.ts';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import { Random, seedOf } from '../support/random.ts';
import { collect, contentOf, FACTS, role, temporaryDirectory } from './support/sample-snapshot.ts';

const directory = temporaryDirectory();
const path = directory.file('round-trip.snapshot');
afterAll(() => directory[Symbol.dispose]());

/** Ids and names as hostile as facts may be: quotes, escapes, control characters, all planes, normal forms. */
const anyText = fc.oneof(
  fc.constantFrom(
    'a',
    '01',
    '1',
    '*',
    '__proto__',
    'constructor',
    "' OR 1=1--",
    'é',
    'e\u0301',
    '\u2028',
    '\u0000',
    '😀',
    '\uffff',
    '\\',
    '"',
    '\n',
  ),
  fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }),
);
const anyFact: fc.Arbitrary<Fact> = fc.record({
  predicate: anyText,
  args: fc.array(fc.record({ type: anyText, id: anyText }), { maxLength: 5 }),
});

test('any policy and any facts come back as they were', async () => {
  const content = fc.record({
    policyText: fc.string({ maxLength: 2000, unit: 'binary' }),
    facts: fc.uniqueArray(anyFact, { selector: printFactLine, maxLength: 60 }),
    takenAtMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  });
  await fc.assert(
    fc.asyncProperty(content, async ({ policyText, facts, takenAtMs }) => {
      await writeSnapshot(path, contentOf(facts, { policyText, takenAtMs }));
      await using snapshot = await openSnapshot(path);
      expect(snapshot.policyText).toBe(policyText);
      expect(Date.parse(snapshot.manifest.takenAt)).toBe(Math.trunc(takenAtMs / 1000) * 1000);
      expect(await collect(snapshot.facts())).toEqual([...facts].sort(compareFacts));
    }),
    { numRuns: 150 },
  );
});

test('every export of 2,500 random sizes verifies', async (context) => {
  // fast-check would keep every one of these large values.
  const random = new Random(seedOf(context));
  for (let run = 0; run < 2500; run++) {
    const facts = Array.from({ length: random.below(60) }, (_, i) =>
      role(`${i}-${random.below(1e9).toString(36)}`, `o${random.below(9)}`),
    );
    const policyText = `# ${'x'.repeat(random.below(1200))}`;
    await writeSnapshot(path, contentOf(facts, { policyText }));
    const verdict = await verifySnapshot(path);
    expect(verdict.ok, `run ${run}`).toBe(true);
    expect(verdict.manifest?.facts.count).toBe(facts.length);
  }
}, 120_000);

test('files whose size lies around multiples of 64 KiB verify', async () => {
  const random = new Random(2026);
  // Six bits a character, so one character more is about one byte more after compression. A policy that grows into the
  // next tar block makes a leap, a longer tenant fills it.
  const text = Array.from({ length: 200_000 }, () => String.fromCharCode(0x30 + random.below(64))).join('');
  const seen = new Set<number>();
  let tailAt = 180_000;
  for (const base of [65_536, 131_072, 65_536, 131_072]) {
    const start = await lengthFor(base);
    tailAt += 2000;
    for (let tenantLength = 1; tenantLength < 600 && seen.size < 16; tenantLength++) {
      const beyond = (await write(start, tenantLength)) - 40 - base;
      if (beyond > 40) break;
      if (beyond < -20) tenantLength += -beyond >> 2;
      if (beyond < -2 || beyond > 13) continue;
      seen.add(beyond);
      expect((await verifySnapshot(path)).ok, `${base} + ${beyond}`).toBe(true);
    }
  }
  expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i - 2));

  async function write(policyLength: number, tenantLength: number): Promise<number> {
    const [policyText, tenant] = [text.slice(0, policyLength), text.slice(tailAt, tailAt + tenantLength)];
    return (await writeSnapshot(path, contentOf(FACTS, { policyText, tenant }))).sizeBytes;
  }

  /** A policy length whose file is a little shorter than `base` and the trailer. */
  async function lengthFor(base: number): Promise<number> {
    let [low, high] = [0, text.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((await write(middle, 1)) - 40 < base - 12) low = middle;
      else high = middle;
    }
    return low;
  }
}, 120_000);
