/** How one metric presents itself. */
export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * Every metric of ours, described once. The names, units and labels of `snapshotAge` and `httpRequests` are published (api
 * reference, 8.5) and stay as they are. Those that describe the process come from prom-client.
 */
export const METRICS = {
  snapshotAge: {
    name: 'oso_fallback_snapshot_age_ms',
    help: 'Milliseconds since the control plane was last seen to have the data being served. Absent: nothing is served.',
    labels: [],
  },
  snapshotTaken: {
    name: 'oso_fallback_snapshot_taken_timestamp_seconds',
    help: 'When the data being served were copied, in seconds since the Unix epoch; later confirmations do not move it.',
    labels: [],
  },
  stale: {
    name: 'oso_fallback_stale',
    help: '1 when the data being served are older than --max-age, else 0.',
    labels: [],
  },
  aging: {
    name: 'oso_fallback_aging',
    help: '1 when the data being served are older than --max-age-warn, else 0.',
    labels: [],
  },
  clockSkew: {
    name: 'oso_fallback_clock_skew_seconds',
    help: 'How far the wall clock cannot be believed: its jump since the data were confirmed, or how far they lie in its future.',
    labels: [],
  },
  pinned: {
    name: 'oso_fallback_pinned',
    help: '1 when an operator has pinned a generation, else 0.',
    labels: [],
  },
  alarms: {
    name: 'oso_fallback_alarms_total',
    help: 'Alarms raised, by kind: what somebody should look at although the node goes on.',
    labels: ['kind'],
  },
  httpRequests: {
    name: 'oso_fallback_http_requests',
    help: 'API requests by route and status, with their duration in seconds. On a fallback any request means that clients could not reach Oso Cloud.',
    labels: ['path', 'status_code'],
  },
  inFlight: {
    name: 'oso_fallback_http_in_flight_requests',
    help: 'Requests admitted and not yet answered.',
    labels: [],
  },
  heldReplyBytes: {
    name: 'oso_fallback_http_held_reply_bytes',
    help: 'Bytes of replies that clients have not taken, each with what it costs besides. Beyond --max-reply-mib long answers get 503.',
    labels: [],
  },
  workers: {
    name: 'oso_fallback_workers',
    help: 'Threads that answer requests now; --workers says how many there should be.',
    labels: [],
  },
  workerRequests: {
    name: 'oso_fallback_worker_requests_total',
    help: 'API requests by the thread that answered. Threads get connections, not requests: a balancer with few of them uses few threads.',
    labels: ['worker'],
  },
  workerRestarts: {
    name: 'oso_fallback_worker_restarts_total',
    help: 'Threads that died or hung and were replaced. The log says of what.',
    labels: [],
  },
  turnedAway: {
    name: 'oso_fallback_connections_turned_away_total',
    help: 'Connections that were closed because there were more than --max-connections and the reserve for probes.',
    labels: [],
  },
  ready: {
    name: 'oso_fallback_ready',
    help: '1 when /readyz answers 200, else 0.',
    labels: [],
  },
  generation: {
    name: 'oso_fallback_generation_info',
    help: 'The data being served: always 1, with the generation and its origin (live, persisted or imported).',
    labels: ['generation', 'origin'],
  },
  facts: {
    name: 'oso_fallback_facts',
    help: 'Facts in the data being served.',
    labels: [],
  },
  lastSyncAttempt: {
    name: 'oso_fallback_sync_last_attempt_timestamp_seconds',
    help: 'When the control plane was last asked, in seconds since the Unix epoch.',
    labels: [],
  },
  lastSyncSuccess: {
    name: 'oso_fallback_sync_last_success_timestamp_seconds',
    help: 'When the control plane last confirmed or replaced the data being served, in seconds since the Unix epoch.',
    labels: [],
  },
  syncFailures: {
    name: 'oso_fallback_sync_failures_total',
    help: 'Failed attempts to get data from the control plane, by error code.',
    labels: ['code'],
  },
  build: {
    name: 'oso_fallback_build_info',
    help: 'Always 1, with the version that is running.',
    labels: ['version', 'node_version'],
  },
} as const satisfies Readonly<Record<string, MetricDescription>>;
