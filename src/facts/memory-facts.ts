import type { Fact } from './fact.ts';
import type { FactReader } from './fact-reader.ts';

/** The mutable store of the dev-server, of context facts and of tests: plain maps, one process, no disk. */
export interface MemoryFacts extends FactReader {
  /** False when the fact was there already. */
  insert(fact: Fact): boolean;
  /** False when the fact was not there. */
  delete(fact: Fact): boolean;
  facts(): Iterable<Fact>;
}

/** Readers made earlier see later writes; handles stay valid, also those of deleted facts. */
export function createMemoryFacts(_facts?: Iterable<Fact>): MemoryFacts {
  throw new Error('not built yet');
}
