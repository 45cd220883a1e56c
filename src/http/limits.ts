/** What one server grants its clients. */
export interface HttpLimits {
  /** Longest request body; clients refuse longer ones themselves (api reference, 2.3). */
  readonly maxBodyBytes: number;
  /** All request bodies in flight together: memory, not fairness. */
  readonly maxBodyBytesInFlight: number;
  /** Requests admitted and not yet answered. Operational routes are always admitted. */
  readonly maxInFlight: number;
  /** Idle connections cost memory too: 10,000 of them 150 MB. */
  readonly maxConnections: number;
  /** Longest evaluation of one request (api reference, 10). */
  readonly maxEvaluationMs: number;
  /** Most steps of one evaluation: about what fits into the time above on a slow core. */
  readonly maxEvaluationSteps: number;
}

export const DEFAULT_LIMITS: HttpLimits = {
  maxBodyBytes: 10 * 1024 * 1024,
  maxBodyBytesInFlight: 32 * 1024 * 1024,
  maxInFlight: 1_000,
  maxConnections: 2_000,
  maxEvaluationMs: 20_000,
  maxEvaluationSteps: 200_000_000,
};
