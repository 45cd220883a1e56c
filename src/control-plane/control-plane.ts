import type { FactBatch } from '../facts/fact.ts';

/**
 * Where policy and facts come from. Implementations stream: memory does not grow with the environment.
 * Every failure is an OsoError of the CONTROL_PLANE_ family, and none holds the token; after an abort it is the
 * signal's reason.
 */
export interface ControlPlane {
  /** Where the data come from, for manifests, logs and status; never credentials. */
  readonly source: string;
  /**
   * Throws CONTROL_PLANE_NOT_FOUND when the environment has no policy.
   * `etag` of an earlier answer may give `not-modified`.
   */
  policy(options: FetchOptions): Promise<PolicyText | 'not-modified'>;
  /**
   * The whole environment. The stream throws when it was cut short: a stream that ends without throwing is complete.
   * Whoever does not read it to its end aborts the signal, so that nothing stays open.
   * `predicates` are those a reader of the policy needs, for control planes that refuse the unfiltered listing.
   */
  facts(options: FetchOptions & { readonly predicates: readonly string[] }): Promise<FactDownload | 'not-modified'>;
  close(): Promise<void>;
}

export interface FetchOptions {
  readonly signal: AbortSignal;
  readonly etag?: string | undefined;
  /** Told now and then how many body bytes have arrived, and how many are expected when known. */
  readonly onBytes?: ((received: number, expected: number | undefined) => void) | undefined;
}

export interface PolicyText {
  readonly text: string;
  readonly filename: string | undefined;
  readonly etag: string | undefined;
  readonly ageMs?: SourceAge;
}

/** A stream of facts (see facts/fact-sink.ts), read once. */
export interface FactDownload extends AsyncIterable<FactBatch> {
  /** Of the whole listing; absent when the control plane gives none. */
  readonly etag?: string | undefined;
  readonly ageMs?: SourceAge;
}

/**
 * How old the data were, in milliseconds, for a control plane that is a node itself: it answers from a copy, too. Undefined:
 * it says nothing, so it is where they come from.
 */
export type SourceAge = number | undefined;
