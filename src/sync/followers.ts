import type { OpenGeneration } from '../generations/open-generation.ts';
import type { Refusal } from './serving-slot.ts';

/**
 * Other threads that answer from the same data as this one. What is served changes for all of them at one moment, or for
 * none: first each gets ready, then one word counts.
 */
export interface Followers {
  /** Resolves when every one could answer from a generation. Rejects with why one cannot; then none has kept it. */
  prepare(opened: OpenGeneration): Promise<Prepared>;
  /** From the moment of this call none of them answers, for this reason. */
  empty(refusal: Refusal): void;
  /** What is served is this old now. */
  confirm(ageMs: number): void;
}

/** One of the two ends it. */
export interface Prepared {
  /** From the moment of this call all answer from it. Its age at this moment. */
  serve(ageMs: number): void;
  /** It will not be served. */
  discard(): void;
}

export const NO_FOLLOWERS: Followers = {
  prepare: async () => ({ serve: () => {}, discard: () => {} }),
  empty: () => {},
  confirm: () => {},
};
