/** What one HTTP exchange with a control plane may take. Beyond any of these it fails, and nothing is kept. */
export interface TransferLimits {
  /** Name lookup, TCP and TLS together. */
  readonly connectMs: number;
  /** From the start of the request to the last byte of the response's headers, connecting included. */
  readonly headersMs: number;
  /** Longest wait for the next bytes of a body. */
  readonly idleMs: number;
  /** The whole exchange, the reader's own time included. */
  readonly totalMs: number;
  /** Fewer bytes a second than this, over `rateWindowMs` of waiting, is a stall that drips. */
  readonly minimumBytesPerSecond: number;
  readonly rateWindowMs: number;
  /** Response headers, names and values together. */
  readonly maxHeaderBytes: number;
  readonly maxPolicyBytes: number;
  readonly maxFactsBytes: number;
}

/**
 * A blackhole shows within seconds, a slow link may take its minutes. Policies end at 1 MB (api reference 4.11); 8 GiB
 * of JSON are some 50 million facts, more than one node holds.
 */
export const TRANSFER_LIMITS: TransferLimits = Object.freeze({
  connectMs: 5_000,
  headersMs: 10_000,
  idleMs: 30_000,
  totalMs: 10 * 60_000,
  minimumBytesPerSecond: 1_024,
  rateWindowMs: 60_000,
  maxHeaderBytes: 16 * 1_024,
  maxPolicyBytes: 2 * 1_024 ** 2,
  maxFactsBytes: 8 * 1_024 ** 3,
});
