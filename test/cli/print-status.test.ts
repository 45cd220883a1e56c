import { expect, test } from 'vitest';
import { printStatus } from '../../src/cli/print-status.ts';
import { type NodeStatus, sizeStatus } from '../../src/sync/node-status.ts';

const NOW_MS = Date.UTC(2030, 0, 1, 12);
const at = (msAgo: number) => new Date(NOW_MS - msAgo).toISOString();
const MINUTE = 60_000;

const SERVING: NodeStatus = {
  version: '1.2.3',
  clientId: 'node-1',
  directoryId: '66304:131',
  state: 'serving',
  reason: null,
  environment: 'env1',
  tenant: 'ten1',
  origin: 'live',
  snapshot: {
    id: '20300101T110000000Z-0123456789ab',
    takenAt: at(60 * MINUTE),
    confirmedAt: at(5 * MINUTE),
    ageMs: 5 * MINUTE,
    facts: 1_234_567,
    contentDigest: 'd',
    source: 'https://api.osohq.com',
  },
  pinned: '20300101T110000000Z-0123456789ab',
  staleness: {
    maxAgeWarnMs: MINUTE,
    maxAgeMs: 10 * MINUTE,
    onStale: 'serve',
    freshness: 'aging',
    clockSkewMs: 0,
  },
  alarms: [{ kind: 'aging', message: 'the data are 5m old, older than --max-age-warn 1m', at: at(4 * MINUTE) }],
  overrides: ['--allow-older'],
  sync: {
    online: false,
    offline: false,
    running: false,
    intervalMs: 30 * MINUTE,
    lastAttemptAt: at(MINUTE),
    lastSuccessAt: at(5 * MINUTE),
    lastError: { code: 'CONTROL_PLANE_FAILED', message: 'status 500', at: at(MINUTE) },
    consecutiveFailures: 2,
    nextAttemptAt: at(-3 * MINUTE),
  },
  generations: [
    {
      id: '20300101T110000000Z-0123456789ab',
      takenAt: at(60 * MINUTE),
      facts: 1_234_567,
      bytes: 25_000_000,
      problem: null,
    },
    {
      id: '20300101T100000000Z-ab0123456789',
      takenAt: at(120 * MINUTE),
      facts: null,
      bytes: null,
      problem: 'SNAPSHOT_NEWER: format 2',
    },
  ],
  quarantined: ['20300101T090000000Z-ffffffffffff'],
  size: sizeStatus(1_234_567, 25_000_000),
  workers: { wanted: 2, answering: 1 },
};

test('a running node in trouble tells everything an operator asks', () => {
  expect(printStatus(SERVING, NOW_MS)).toBe(
    [
      'state        serving',
      'environment  env1 of tenant ten1',
      'origin       live',
      'snapshot     20300101T110000000Z-0123456789ab, 1,234,567 facts from https://api.osohq.com',
      'taken at     2030-01-01T11:00:00.000Z, confirmed 5m ago',
      'age          5m',
      'pinned       20300101T110000000Z-0123456789ab, whatever is newer',
      'overrides    --allow-older',
      'alarm        aging, 4m ago: the data are 5m old, older than --max-age-warn 1m',
      'last sync    5m ago',
      'last error   1m ago: CONTROL_PLANE_FAILED: status 500',
      'failures     2 in a row',
      'next sync    in 3m',
      'generations  2',
      '  20300101T110000000Z-0123456789ab  1,234,567 facts, 23.8 MiB',
      '  20300101T100000000Z-ab0123456789  SNAPSHOT_NEWER: format 2',
      'quarantined  20300101T090000000Z-ffffffffffff',
      'size         1,234,567 facts, 23.8 MiB; give the disk at least 71.5 MiB',
      'workers      1 of 2 answer',
    ].join('\n'),
  );
});

test('a node without data says why', () => {
  const status: NodeStatus = {
    ...SERVING,
    state: 'starting',
    reason: 'no data yet',
    environment: null,
    tenant: null,
    origin: null,
    snapshot: null,
    pinned: null,
    alarms: [],
    overrides: [],
    sync: SERVING.sync && {
      ...SERVING.sync,
      lastSuccessAt: null,
      lastError: null,
      consecutiveFailures: 0,
      running: true,
    },
    generations: [],
    quarantined: [],
    size: sizeStatus(0, 0),
    workers: { wanted: 2, answering: 2 },
  };
  expect(printStatus(status, NOW_MS)).toBe(
    [
      'state        starting: no data yet',
      'snapshot     none',
      'last sync    never',
      'next sync    running now',
      'generations  0',
      'workers      2',
    ].join('\n'),
  );
});

test('an offline node contacts nobody, and a directory at rest does not copy', () => {
  const offline = printStatus({ ...SERVING, sync: SERVING.sync && { ...SERVING.sync, offline: true } }, NOW_MS);
  expect(offline).toContain('sync         offline: no control plane is contacted\ngenerations');
  expect(printStatus({ ...SERVING, state: 'at-rest', sync: null, workers: null }, NOW_MS)).not.toMatch(
    /^(sync|workers)/m,
  );
});
