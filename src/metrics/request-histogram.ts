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
  observe(observation: RequestObservation): void;
  /** Prometheus text format, version 0.0.4. */
  render(): string;
}

interface Series {
  /** Observations by bucket, not cumulated; the last one is +Inf. */
  readonly counts: Float64Array;
  sumSeconds: number;
}

export function createRequestHistogram(): RequestHistogram {
  const paths = new Map<string, Map<number, Series>>();
  return {
    observe({ path, status, seconds }) {
      const series = paths.get(path)?.get(status) ?? addSeries(paths, path, status);
      const bucket = BUCKETS_SECONDS.findIndex((bound) => seconds <= bound);
      const at = bucket === -1 ? BUCKETS_SECONDS.length : bucket;
      series.counts[at] = (series.counts[at] ?? 0) + 1;
      series.sumSeconds += seconds;
    },
    render() {
      const { name, help } = METRICS.httpRequests;
      const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
      for (const [path, statuses] of paths) {
        for (const [status, series] of statuses) {
          lines.push(...renderSeries(name, `path="${path}",status_code="${status}"`, series));
        }
      }
      return `${lines.join('\n')}\n`;
    },
  };
}

function addSeries(paths: Map<string, Map<number, Series>>, path: string, status: number): Series {
  const series: Series = { counts: new Float64Array(BUCKETS_SECONDS.length + 1), sumSeconds: 0 };
  const statuses = paths.get(path) ?? new Map<number, Series>();
  paths.set(path, statuses.set(status, series));
  return series;
}

function renderSeries(name: string, labels: string, { counts, sumSeconds }: Series): string[] {
  const bounds = [...BUCKETS_SECONDS.map(String), '+Inf'];
  let total = 0;
  const buckets = bounds.map((bound, index) => {
    total += counts[index] ?? 0;
    return `${name}_bucket{le="${bound}",${labels}} ${total}`;
  });
  return [...buckets, `${name}_sum{${labels}} ${sumSeconds}`, `${name}_count{${labels}} ${total}`];
}
