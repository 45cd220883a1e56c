import type { Fact, FactBatch } from './fact.ts';

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

/**
 * A fact as what tells it from the fact before, which has the same signature: for whoever hands on many sorted facts and
 * need not make objects of them.
 */
export interface NextFact {
  /** A bit by column, 1 << column, for every id that is another one. The other ids are those of the fact before. */
  readonly differs: number;
  /** The UTF-8 bytes of an id that differs are bytes[start + starts[column], start + ends[column]): 1 to 512, well formed. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Takes in facts. */
export interface FactSink {
  /** Throws FACT_INVALID for a fact that is not well formed. */
  add(fact: Fact): void;
  /** Never the first fact. What it points to may change after the call. */
  addNext(next: NextFact): void;
}

/** Facts that are not objects yet; a batch of another kind. */
export interface PackedFacts {
  /** Hands all of them to a sink, once. Throws what is wrong with them. */
  pourInto(sink: FactSink): void;
}

/** A stream that may hold packed facts. */
export type FactSource = AsyncIterable<FactBatch | PackedFacts>;
