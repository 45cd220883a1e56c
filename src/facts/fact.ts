/** A typed id. `Integer` and `Boolean` ids are canonical text: `-7`, `true`. Never empty, never the wildcard mark `*` for objects. */
export interface Value {
  /** A block type of the policy, or `String`, `Integer`, `Boolean`. Compared exactly, by code point. */
  readonly type: string;
  readonly id: string;
}

/** One tuple of one predicate: `has_role(User:alice, String:member, Organization:acme)`. Zero to five arguments. */
export interface Fact {
  readonly predicate: string;
  readonly args: readonly Value[];
}

/** A run of facts in flight between stages; streams carry batches because one await a fact would cost more than the fact. */
export type FactBatch = readonly Fact[];

/** Most arguments a fact can have (reference: SDK types, Oso's documentation). */
export const MAX_FACT_ARITY = 5;

/** Longest id or type name in UTF-8 bytes (reference: dev-server 1.18.3). */
export const MAX_ID_BYTES = 512;
