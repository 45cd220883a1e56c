import type { TestContext } from 'vitest';

const { TEST_SEED } = process.env;

/** `TEST_SEED` of the environment, a whole number: random tests begin with it, so that a run can be replayed. */
export const givenSeed = TEST_SEED === undefined ? undefined : Number(TEST_SEED);

if (givenSeed !== undefined && !Number.isInteger(givenSeed)) throw new Error('TEST_SEED is no whole number');

/** The seed of a test that tries other cases in each run. It is printed when the test fails. */
export function seedOf({ task, onTestFailed }: TestContext): number {
  const seed = givenSeed ?? Date.now() % 1_000_000;
  onTestFailed(() => console.error(`TEST_SEED=${seed} replays: ${task.name}`));
  return seed;
}

/** Deterministic random choices from a seed (mulberry32): the same on every platform. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to `count - 1`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('pick from nothing');
    return item;
  }

  /** `count` items, repeats possible. */
  picks<T>(items: readonly T[], count: number): T[] {
    return Array.from({ length: count }, () => this.pick(items));
  }
}
