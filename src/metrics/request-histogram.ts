import { METRICS } from './catalogue.ts';

/** Upper bounds in seconds, as published (api reference, 8.5); +Inf follows. */
const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

interface RequestObservation {
  /** Path of the route, or `other`: from a fixed set. */
  readonly path: string;
  readonly status: number;
  readonly seconds: number;
}

/**
 * Durations by route and status. Observing is two map lookups and two additions, because it happens on every
 * request; a general histogram hashes its labels each time.
 */
export interface RequestHistogram {
  readonly memory: HistogramMemory;
  observe(observation: RequestObservation): void;
}

/** Observations of one thread, readable by all: they outlive it, and the thread that takes its place goes on with them. */
export type HistogramMemory = SharedArrayBuffer;

/*
 * The memory: the number of series, and from byte 8 on the series, each SERIES_WORDS doubles: status, length of the
 * path, path as ASCII, observations by bucket (not cumulated, the last is +Inf), and their sum in seconds.
 */
const STATUS = 0;
const PATH_LENGTH = 1;
const PATH = 2;
const PATH_WORDS = 8;
const COUNTS = PATH + PATH_WORDS;
const SUM = COUNTS + BUCKETS_SECONDS.length + 1;
const SERIES_WORDS = SUM + 1;
/** More than there are routes times statuses. Memory that no series has touched costs nothing. */
const MAX_SERIES = 1_024;

export function createHistogramMemory(): HistogramMemory {
  return new SharedArrayBuffer(8 + MAX_SERIES * SERIES_WORDS * 8);
}

/** Only one thread at a time may observe into a memory. */
export function createRequestHistogram(memory: HistogramMemory = createHistogramMemory()): RequestHistogram {
  const paths = new Map<string, Map<number, Float64Array>>();
  const remember = (path: string, series: Float64Array) => {
    paths.set(path, (paths.get(path) ?? new Map()).set(series[STATUS] ?? 0, series));
    return series;
  };
  for (const series of readSeries(memory)) remember(pathOf(series), series);
  return {
    memory,
    observe({ path, status, seconds }) {
      const series = paths.get(path)?.get(status) ?? remember(path, addSeries(memory, path, status));
      const bucket = BUCKETS_SECONDS.findIndex((bound) => seconds <= bound);
      const at = COUNTS + (bucket === -1 ? BUCKETS_SECONDS.length : bucket);
      series[at] = (series[at] ?? 0) + 1;
      series[SUM] = (series[SUM] ?? 0) + seconds;
    },
  };
}

/** The sums over several memories in Prometheus text format, version 0.0.4. */
export function renderRequests(memories: Iterable<HistogramMemory>): string {
  const { name, help } = METRICS.httpRequests;
  const sums = new Map<string, Float64Array>();
  for (const memory of memories) {
    for (const series of readSeries(memory)) {
      const labels = `path="${pathOf(series)}",status_code="${series[STATUS]}"`;
      const sum = sums.get(labels) ?? new Float64Array(SERIES_WORDS);
      for (let word = COUNTS; word <= SUM; word++) sum[word] = (sum[word] ?? 0) + (series[word] ?? 0);
      sums.set(labels, sum);
    }
  }
  const lines = [...sums].flatMap(([labels, series]) => renderSeries(name, labels, series));
  return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...lines, ''].join('\n');
}

/** Requests observed into a memory. */
export function countRequests(memory: HistogramMemory): number {
  let count = 0;
  for (const series of readSeries(memory)) for (const observed of series.subarray(COUNTS, SUM)) count += observed;
  return count;
}

/** Written whole before it is counted in: other threads see it then, and not before. */
function addSeries(memory: HistogramMemory, path: string, status: number): Float64Array {
  const header = new Int32Array(memory, 0, 1);
  const number = header[0] ?? 0;
  if (number === MAX_SERIES) throw new Error('more series than routes times statuses');
  const series = seriesAt(memory, number);
  const text = pathBytes(series);
  const { written } = new TextEncoder().encodeInto(path, text);
  series.set([status, written]);
  Atomics.store(header, 0, number + 1);
  return series;
}

function* readSeries(memory: HistogramMemory): Generator<Float64Array> {
  const count = Atomics.load(new Int32Array(memory, 0, 1), 0);
  for (let number = 0; number < count; number++) yield seriesAt(memory, number);
}

function seriesAt(memory: HistogramMemory, number: number): Float64Array {
  return new Float64Array(memory, 8 + number * SERIES_WORDS * 8, SERIES_WORDS);
}

function pathOf(series: Float64Array): string {
  return String.fromCharCode(...pathBytes(series).subarray(0, series[PATH_LENGTH]));
}

function pathBytes({ buffer, byteOffset }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset + PATH * 8, PATH_WORDS * 8);
}

function renderSeries(name: string, labels: string, series: Float64Array): string[] {
  const bounds = [...BUCKETS_SECONDS.map(String), '+Inf'];
  let total = 0;
  const buckets = bounds.map((bound, index) => {
    total += series[COUNTS + index] ?? 0;
    return `${name}_bucket{le="${bound}",${labels}} ${total}`;
  });
  return [...buckets, `${name}_sum{${labels}} ${series[SUM]}`, `${name}_count{${labels}} ${total}`];
}
