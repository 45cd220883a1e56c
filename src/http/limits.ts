/** What one server grants its clients. */
export interface HttpLimits {
  /** Longest request body; clients refuse longer ones themselves (api reference, 2.3). */
  readonly maxBodyBytes: number;
  /** All request bodies in flight together. Bounds memory; it shares nothing out among clients. */
  readonly maxBodyBytesInFlight: number;
  /** All replies that clients have not taken. At this limit long replies are refused; the last one may exceed it. */
  readonly maxReplyBytesHeld: number;
  /** Requests admitted and not yet answered. Operational routes are always admitted. */
  readonly maxInFlight: number;
  /** Connections of clients. Idle ones cost memory too: 10,000 of them take 150 MB. */
  readonly maxConnections: number;
  /** Connections beyond `maxConnections`, on which clients are told to come back and probes are answered. */
  readonly reservedConnections: number;
  /** Longest evaluation of one request. The event loop does nothing else meanwhile. */
  readonly maxEvaluationMs: number;
  /** Most steps of one evaluation: bounds memory too, on any machine. */
  readonly maxEvaluationSteps: number;
}

export const DEFAULT_LIMITS: HttpLimits = {
  maxBodyBytes: 10 * 1024 * 1024,
  maxBodyBytesInFlight: 32 * 1024 * 1024,
  maxReplyBytesHeld: 32 * 1024 * 1024,
  maxInFlight: 1_000,
  maxConnections: 2_000,
  reservedConnections: 100,
  // As in Oso Cloud (api reference, 10); a node has a setting for it.
  maxEvaluationMs: 20_000,
  maxEvaluationSteps: 200_000_000,
};

/** Connections that may wait to be accepted: a whole fleet arrives in the second in which the cloud fails. */
export const LISTEN_BACKLOG = 4_096;
