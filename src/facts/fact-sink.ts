import type { FactBatch } from './fact.ts';

/** Counts and digest of one set of facts, however it is stored. Two stores with equal summaries hold the same facts. */
export interface FactSummary {
  readonly factCount: number;
  /** Facts by signature, written `predicate(Type,Type)`, keys in code point order. */
  readonly countBySignature: Readonly<Record<string, number>>;
  /** SHA-256 of the canonical lines (see facts/fact-line.ts) in canonical order, 64 lower-case hex digits. */
  readonly digest: string;
  /** Bytes of the canonical lines. */
  readonly lineBytes: number;
}

/** Told now and then how far long work has come, for progress lines. */
export type FactProgress = (
  stage: 'read' | 'sort' | 'write' | 'check',
  doneFacts: number,
  totalFacts: number | undefined,
) => void;

/** A stream of facts in batches, from whatever source. Duplicates are allowed; facts are a set. */
export type FactStream = AsyncIterable<FactBatch>;
