import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { METRICS } from '../../src/metrics/catalogue.ts';
import { createMetrics, type Readings } from '../../src/metrics/metrics.ts';
import { countRequests, createRequestHistogram, renderRequests } from '../../src/metrics/request-histogram.ts';

const NOTHING: Readings = {
  ready: false,
  inFlight: 0,
  heldReplyBytes: 0,
  serving: undefined,
  lastSyncAttemptMs: undefined,
  lastSyncSuccessMs: undefined,
};

function createReading(first: Readings) {
  const state = { readings: first };
  return {
    state,
    metrics: createMetrics({ version: '1.2.3', nodeVersion: 'v20.0.0', read: () => state.readings }),
  };
}

test('the histogram has the published buckets, in seconds, cumulated', () => {
  const histogram = createRequestHistogram();
  for (const seconds of [0.001, 0.005, 0.006, 3, 10, 11]) {
    histogram.observe({ path: '/api/authorize', status: 200, seconds });
  }
  expect(renderRequests([histogram.memory]).split('\n')).toEqual([
    `# HELP oso_fallback_http_requests ${METRICS.httpRequests.help}`,
    '# TYPE oso_fallback_http_requests histogram',
    ...Object.entries({
      '0.005': 2,
      '0.01': 3,
      '0.025': 3,
      '0.05': 3,
      '0.1': 3,
      '0.25': 3,
      '0.5': 3,
      '1': 3,
      '2.5': 3,
      '5': 4,
      '10': 5,
      '+Inf': 6,
    })
      .sort(([a], [b]) => Number(a.replace('+Inf', '99')) - Number(b.replace('+Inf', '99')))
      .map(
        ([le, count]) =>
          `oso_fallback_http_requests_bucket{le="${le}",path="/api/authorize",status_code="200"} ${count}`,
      ),
    'oso_fallback_http_requests_sum{path="/api/authorize",status_code="200"} 24.012',
    'oso_fallback_http_requests_count{path="/api/authorize",status_code="200"} 6',
    '',
  ]);
});

test('what several threads have observed is summed, and a thread that takes the place of another goes on', () => {
  const [first, second] = [createRequestHistogram(), createRequestHistogram()];
  first.observe({ path: '/api/authorize', status: 200, seconds: 0.25 });
  first.observe({ path: '/api/list', status: 400, seconds: 20 });
  second.observe({ path: '/api/authorize', status: 200, seconds: 0.5 });
  const heir = createRequestHistogram(second.memory);
  heir.observe({ path: '/api/authorize', status: 200, seconds: 0.25 });
  heir.observe({ path: 'other', status: 404, seconds: 0 });
  const text = renderRequests([first.memory, second.memory]);
  expect(text.match(/^.*_(count|sum)\{.*$/gmu)).toEqual([
    'oso_fallback_http_requests_sum{path="/api/authorize",status_code="200"} 1',
    'oso_fallback_http_requests_count{path="/api/authorize",status_code="200"} 3',
    'oso_fallback_http_requests_sum{path="/api/list",status_code="400"} 20',
    'oso_fallback_http_requests_count{path="/api/list",status_code="400"} 1',
    'oso_fallback_http_requests_sum{path="other",status_code="404"} 0',
    'oso_fallback_http_requests_count{path="other",status_code="404"} 1',
  ]);
  expect(text).toContain('_bucket{le="0.25",path="/api/authorize",status_code="200"} 2\n');
  expect([first, second].map(({ memory }) => countRequests(memory))).toEqual([2, 3]);
});

test('threads are counted, their requests apart, and those that were replaced', async () => {
  const { metrics, state } = createReading(NOTHING);
  expect(await metrics.render()).toMatch(/^oso_fallback_workers 1$/mu);
  const other = createRequestHistogram();
  state.readings = { ...NOTHING, workers: { count: 2, turnedAway: 3, requests: [other.memory] } };
  metrics.requests.observe({ path: '/api/list', status: 200, seconds: 0 });
  other.observe({ path: '/api/list', status: 200, seconds: 0 });
  other.observe({ path: '/api/list', status: 400, seconds: 0 });
  metrics.countWorkerRestart();
  const text = await metrics.render();
  for (const line of [
    'oso_fallback_workers 2',
    'oso_fallback_connections_turned_away_total 3',
    'oso_fallback_worker_requests_total{worker="1"} 1',
    'oso_fallback_worker_requests_total{worker="2"} 2',
    'oso_fallback_worker_restarts_total 1',
    'oso_fallback_http_requests_count{path="/api/list",status_code="200"} 2',
  ]) {
    expect(text).toContain(`\n${line}\n`);
  }
  const again = await metrics.render();
  expect(again).toContain('\noso_fallback_worker_requests_total{worker="2"} 2\n');
  expect(again).toContain('\noso_fallback_connections_turned_away_total 3\n');
});

test('a gauge without a value has no line', async () => {
  const { metrics, state } = createReading(NOTHING);
  expect(await metrics.render()).not.toMatch(/^oso_fallback_snapshot_age_ms/mu);
  state.readings = {
    ready: true,
    inFlight: 3,
    heldReplyBytes: 4_096,
    serving: { generation: 'gen-1', origin: 'live', ageMs: 5, factCount: 9 },
    lastSyncAttemptMs: 2_500,
    lastSyncSuccessMs: 2_000,
  };
  const text = await metrics.render();
  expect(text).toMatch(/^oso_fallback_snapshot_age_ms 5$/mu);
  expect(text).toMatch(/^oso_fallback_ready 1$/mu);
  expect(text).toMatch(/^oso_fallback_facts 9$/mu);
  expect(text).toMatch(/^oso_fallback_http_in_flight_requests 3$/mu);
  expect(text).toMatch(/^oso_fallback_http_held_reply_bytes 4096$/mu);
  expect(text).toMatch(/^oso_fallback_generation_info\{generation="gen-1",origin="live"\} 1$/mu);
  expect(text).toMatch(/^oso_fallback_sync_last_attempt_timestamp_seconds 2\.5$/mu);
  expect(text).toMatch(/^oso_fallback_sync_last_success_timestamp_seconds 2$/mu);
  state.readings = NOTHING;
  expect(await metrics.render()).not.toMatch(/^oso_fallback_(snapshot_age_ms|generation_info|facts) /mu);
});

test('only the generation being served has a line', async () => {
  const serving = { generation: 'a', origin: 'live', ageMs: 5, factCount: 9 };
  const { metrics, state } = createReading({ ...NOTHING, serving });
  await metrics.render();
  state.readings = { ...NOTHING, serving: { ...serving, generation: 'b' } };
  expect((await metrics.render()).match(/^oso_fallback_generation_info.*$/gmu)).toEqual([
    'oso_fallback_generation_info{generation="b",origin="live"} 1',
  ]);
});

test('failed syncs are counted by code', async () => {
  const { metrics } = createReading(NOTHING);
  metrics.countSyncFailure('CONTROL_PLANE_UNREACHABLE');
  metrics.countSyncFailure('CONTROL_PLANE_UNREACHABLE');
  expect(await metrics.render()).toMatch(/^oso_fallback_sync_failures_total\{code="CONTROL_PLANE_UNREACHABLE"\} 2$/mu);
});

test('every line is well formed, every metric has help and type once, and names follow the conventions', async () => {
  const { metrics } = createReading({
    ...NOTHING,
    serving: { generation: 'g', origin: 'live', ageMs: 1, factCount: 1 },
  });
  metrics.requests.observe({ path: '/api/list', status: 200, seconds: 0.1 });
  metrics.countSyncFailure('NO_SPACE');
  const lines = (await metrics.render()).split('\n').filter((line) => line !== '');
  const types = new Map(
    lines.flatMap((line) =>
      [...line.matchAll(/^# TYPE (\S+) (\S+)$/gu)].map(([, name = '', type]) => [name, type] as const),
    ),
  );
  const helps = lines.filter((line) => line.startsWith('# HELP '));
  expect(helps).toHaveLength(types.size);
  for (const [name, type] of types) expect(name.endsWith('_total'), name).toBe(type === 'counter');
  for (const line of lines.filter((text) => !text.startsWith('#'))) {
    expect(line).toMatch(/^[a-z0-9_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? (Nan|-?[0-9.e+-]+)$/u);
  }
  expect(lines).toContain('oso_fallback_build_info{version="1.2.3",node_version="v20.0.0"} 1');
  expect([...types.keys()]).toEqual(
    expect.arrayContaining(['process_resident_memory_bytes', 'process_cpu_seconds_total']),
  );
});

test('a scrape takes less than 5 ms of processor time, and hundreds of them leave nothing behind', async () => {
  const { metrics } = createReading(NOTHING);
  for (let route = 0; route < 20; route += 1) {
    for (const status of [200, 400, 401, 404, 503]) {
      metrics.requests.observe({ path: `/api/route-${route}`, status, seconds: 0.01 });
    }
  }
  const series = async () => (await metrics.render()).split('\n').map((line) => line.replace(/ [^ ]*$/u, ''));
  const scrape = async (times: number) => {
    const before = process.cpuUsage();
    for (let scraped = 0; scraped < times; scraped += 1) await metrics.render();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / times;
  };
  const usedBytes = () => {
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    return process.memoryUsage().heapUsed;
  };
  await scrape(100);
  const [shown, used] = [await series(), usedBytes()];
  const millis: number[] = [];
  for (let batch = 0; batch < 10; batch += 1) millis.push(await scrape(30));
  // Others on the same core make some batches dearer than they are.
  expect(Math.min(...millis)).toBeLessThan(5);
  expect(usedBytes() - used).toBeLessThan(1024 * 1024);
  expect((await series()).filter((line) => !shown.includes(line) && !/active_|gc_duration/u.test(line))).toEqual([]);
});
