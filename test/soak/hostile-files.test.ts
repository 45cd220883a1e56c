import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import { compilePolicy } from '../../src/generations/compile-policy.ts';
import { openSnapshot } from '../../src/snapshot/read-snapshot.ts';
import { compressed, goodMembers, sealed, tar } from '../snapshot/support/craft-snapshot.ts';
import { collect, FACTS, temporaryDirectory } from '../snapshot/support/sample-snapshot.ts';
import { Random, seedOf } from '../support/random.ts';
import { startWatch } from './support/running-time.ts';
import { sized } from './support/soak-size.ts';

/*
 * Policies and snapshots that were right once, mutated. Each is taken or refused with an error for people, within a
 * second, and leaves nothing behind.
 */

const LATE_MS = 1_000;
const CASES = new URL('../cases/polar/', import.meta.url);
const POLICIES = [
  readFileSync(new URL('../../examples/code-hosting.polar', import.meta.url), 'utf8').slice(0, 4_000),
  ...readdirSync(CASES)
    .filter((name) => !name.includes('deep') && !name.includes('many'))
    .map((name) => readFileSync(new URL(`${name}/policy.polar`, CASES), 'utf8')),
];

const directory = temporaryDirectory();
afterAll(() => directory[Symbol.dispose]());

/** Cuts, doubles, replaces or splices, once to three times. */
function mutate(random: Random, whole: Buffer, others: readonly Buffer[]): Buffer {
  let bytes = whole;
  for (let edits = 1 + random.below(3); edits > 0; edits -= 1) {
    const at = random.below(bytes.length + 1);
    const end = Math.min(bytes.length, at + random.below(32));
    const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
    const other = random.pick(others);
    const from = random.below(other.length + 1);
    const inserted = [
      Buffer.alloc(0),
      Buffer.concat([part, part]),
      Buffer.from([random.below(256)]),
      other.subarray(from, from + random.below(64)),
    ];
    bytes = Buffer.concat([before, random.pick(inserted), after]);
  }
  return bytes;
}

test(
  'B13 mutated policies are compiled or refused with an error for people',
  (context) => {
    const count = sized(3_000, 100_000);
    const seed = seedOf(context);
    const random = new Random(seed);
    const corpus = POLICIES.map((text) => Buffer.from(text));
    let compiled = 0;
    let slowestMs = 0;
    for (let index = 0; index < count; index += 1) {
      const text = mutate(random, random.pick(corpus), corpus).toString('utf8');
      const watch = startWatch();
      try {
        compilePolicy(text, 'POLICY_INVALID');
        compiled += 1;
      } catch (error) {
        if (!(error instanceof OsoError)) throw new Error(JSON.stringify(text), { cause: error });
        expect(error.message).toMatch(/^[^\n\r]+$/u);
      }
      slowestMs = Math.max(slowestMs, watch());
    }
    expect(slowestMs).toBeLessThan(sized(4 * LATE_MS, LATE_MS));
    expect(compiled).toBeGreaterThan(count / 100);
    context.task.meta.measured = `${count} policies, ${compiled} of them compile, slowest ${Math.round(slowestMs)} ms, seed ${seed}`;
  },
  sized(300_000, 3_600_000),
);

test(
  'B13 mutated snapshots are refused, or say what they said before',
  async (context) => {
    const count = sized(1_500, 100_000);
    const seed = seedOf(context);
    const random = new Random(seed);
    const plain = tar(goodMembers(FACTS));
    const packed = compressed(plain);
    const whole = sealed(packed);
    // Mutated before compressing, before sealing, and after: each layer gets to see damage.
    const makers = [
      () => sealed(compressed(mutate(random, plain, [plain]))),
      () => sealed(mutate(random, packed, [packed])),
      () => mutate(random, whole, [whole]),
    ];
    const path = directory.file('mutated.snapshot');
    let taken = 0;
    let slowestMs = 0;
    for (let index = 0; index < count; index += 1) {
      const bytes = random.pick(makers)();
      writeFileSync(path, bytes);
      const watch = startWatch();
      const facts = await factsOf(path, bytes.toString('base64'));
      slowestMs = Math.max(slowestMs, watch());
      if (facts === undefined) continue;
      taken += 1;
      expect(facts).toEqual(FACTS);
    }
    expect(slowestMs).toBeLessThan(sized(4 * LATE_MS, LATE_MS));
    expect(readdirSync(directory.path)).toEqual(['mutated.snapshot']);
    context.task.meta.measured = `${count} snapshots, ${count - taken} refused, ${taken} unharmed by the mutation, slowest ${Math.round(slowestMs)} ms, seed ${seed}`;
  },
  sized(300_000, 3_600_000),
);

async function factsOf(path: string, where: string) {
  try {
    await using snapshot = await openSnapshot(path);
    return await collect(snapshot.facts());
  } catch (error) {
    if (error instanceof OsoError && /^SNAPSHOT_/u.test(error.code)) return undefined;
    throw new Error(where, { cause: error });
  }
}
