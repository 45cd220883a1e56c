import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ErrorCode } from '../errors/codes.ts';
import { METRICS, type MetricDescription } from './catalogue.ts';
import {
  countRequests,
  createRequestHistogram,
  type HistogramMemory,
  type RequestHistogram,
  renderRequests,
} from './request-histogram.ts';

/** What the gauges show; asked at every scrape, so that no event can leave them behind. */
export interface Readings {
  readonly ready: boolean;
  readonly inFlight: number;
  readonly heldReplyBytes: number;
  /** Undefined: nothing is served. */
  readonly serving: ServingReadings | undefined;
  /** Milliseconds since the Unix epoch; undefined: never. */
  readonly lastSyncAttemptMs: number | undefined;
  readonly lastSyncSuccessMs: number | undefined;
  /** Of a node that serves something; a dev-server copies nothing. */
  readonly copy?: CopyReadings | undefined;
  /** Of a node; a dev-server has one thread. */
  readonly workers?: WorkerReadings | undefined;
}

interface CopyReadings {
  readonly takenAtMs: number;
  readonly isAging: boolean;
  readonly isStale: boolean;
  readonly clockSkewMs: number;
  readonly isPinned: boolean;
}

interface WorkerReadings {
  /** Threads that answer. */
  readonly count: number;
  /** Connections, since the start. */
  readonly turnedAway: number;
  /** What all but this one have observed, in the order of their numbers, from 2. */
  readonly requests: readonly HistogramMemory[];
}

interface ServingReadings {
  readonly generation: string;
  readonly origin: string;
  readonly ageMs: number;
  readonly factCount: number;
}

export interface MetricsOptions {
  readonly version: string;
  readonly nodeVersion: string;
  /** Where this thread observes requests; new memory by default. */
  readonly requests?: HistogramMemory | undefined;
  read(): Readings;
}

export interface Metrics {
  readonly requests: RequestHistogram;
  readonly contentType: string;
  countSyncFailure(code: ErrorCode): void;
  countAlarm(kind: string): void;
  countWorkerRestart(): void;
  /** Prometheus text format. */
  render(): Promise<string>;
}

/** Gauges of prom-client whose names end as only a counter's may. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

export function createMetrics({ version, nodeVersion, requests: memory, read }: MetricsOptions): Metrics {
  const registry = new Registry();
  const requests = createRequestHistogram(memory);
  const pulled = registerPulled(registry);
  const syncFailures = new Counter({ ...described(METRICS.syncFailures), registers: [registry] });
  const workerRequests = new Counter({ ...described(METRICS.workerRequests), registers: [registry] });
  const workerRestarts = new Counter({ ...described(METRICS.workerRestarts), registers: [registry] });
  const turnedAway = new Counter({ ...described(METRICS.turnedAway), registers: [registry] });
  const alarms = new Counter({ ...described(METRICS.alarms), registers: [registry] });
  new Gauge({ ...described(METRICS.build), registers: [registry] }).set({ version, node_version: nodeVersion }, 1);
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return {
    requests,
    contentType: registry.contentType,
    countSyncFailure: (code) => syncFailures.inc({ code }),
    countAlarm: (kind) => alarms.inc({ kind }),
    countWorkerRestart: () => workerRestarts.inc(),
    async render() {
      const readings = read();
      const memories = [requests.memory, ...(readings.workers?.requests ?? [])];
      showReadings(pulled, readings);
      turnedAway.reset();
      turnedAway.inc(readings.workers?.turnedAway ?? 0);
      workerRequests.reset();
      for (const [at, memory] of memories.entries()) workerRequests.inc({ worker: at + 1 }, countRequests(memory));
      return `${renderRequests(memories)}\n${await registry.metrics()}`;
    },
  };
}

type PulledName =
  | 'snapshotAge'
  | 'snapshotTaken'
  | 'stale'
  | 'aging'
  | 'clockSkew'
  | 'pinned'
  | 'inFlight'
  | 'heldReplyBytes'
  | 'ready'
  | 'workers'
  | 'facts'
  | 'lastSyncAttempt'
  | 'lastSyncSuccess';
type Pulled = Readonly<Record<PulledName | 'generation', Gauge>>;

function registerPulled(registry: Registry): Pulled {
  const gauge = (description: MetricDescription) => new Gauge({ ...described(description), registers: [registry] });
  return {
    snapshotAge: gauge(METRICS.snapshotAge),
    snapshotTaken: gauge(METRICS.snapshotTaken),
    stale: gauge(METRICS.stale),
    aging: gauge(METRICS.aging),
    clockSkew: gauge(METRICS.clockSkew),
    pinned: gauge(METRICS.pinned),
    inFlight: gauge(METRICS.inFlight),
    heldReplyBytes: gauge(METRICS.heldReplyBytes),
    ready: gauge(METRICS.ready),
    workers: gauge(METRICS.workers),
    generation: gauge(METRICS.generation),
    facts: gauge(METRICS.facts),
    lastSyncAttempt: gauge(METRICS.lastSyncAttempt),
    lastSyncSuccess: gauge(METRICS.lastSyncSuccess),
  };
}

function showReadings(pulled: Pulled, readings: Readings): void {
  const { serving } = readings;
  show(pulled.snapshotAge, serving?.ageMs);
  showCopy(pulled, readings.copy);
  show(pulled.facts, serving?.factCount);
  show(pulled.inFlight, readings.inFlight);
  show(pulled.heldReplyBytes, readings.heldReplyBytes);
  show(pulled.ready, readings.ready ? 1 : 0);
  show(pulled.workers, readings.workers?.count ?? 1);
  show(pulled.lastSyncAttempt, inSeconds(readings.lastSyncAttemptMs));
  show(pulled.lastSyncSuccess, inSeconds(readings.lastSyncSuccessMs));
  pulled.generation.reset();
  if (serving) pulled.generation.set({ generation: serving.generation, origin: serving.origin }, 1);
}

function showCopy(pulled: Pulled, copy: CopyReadings | undefined): void {
  show(pulled.snapshotTaken, inSeconds(copy?.takenAtMs));
  show(pulled.clockSkew, inSeconds(copy?.clockSkewMs));
  show(pulled.stale, copy && Number(copy.isStale));
  show(pulled.aging, copy && Number(copy.isAging));
  show(pulled.pinned, copy && Number(copy.isPinned));
}

/** A gauge without a value has no line: a made-up zero would be read as one. */
function show(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}

function described({ name, help, labels }: MetricDescription): { name: string; help: string; labelNames: string[] } {
  return { name, help, labelNames: [...labels] };
}
