import { describe, expect, test } from 'vitest';
import { OPTIONS } from '../../src/config/options.ts';
import { operationsRoutes } from '../../src/http/routes/operations-routes.ts';
import { filesBelow, read } from './support/deploy-files.ts';

/** Everything that an operator copies from. */
const FILES = ['Dockerfile', 'docs/operations.md', ...filesBelow('deploy')];

const SETTINGS: readonly string[] = Object.values(OPTIONS).map(({ env }) => env);

const ROUTES = operationsRoutes({
  readiness: () => ({ ready: true }),
  status: () => undefined,
  metrics: { contentType: '', render: async () => '' },
}).map(({ path }) => path);

describe.each(FILES)('%s', (file) => {
  const text = read(file);

  test('names only settings that exist', () => {
    const named = text.match(/\bOSO_[A-Z_]*[A-Z]\b/g) ?? [];
    expect(named.filter((name) => !SETTINGS.includes(name))).toEqual([]);
  });

  test('asks only paths that exist', () => {
    const asked =
      text.match(/\/(?:readyz|livez|healthz|healthcheck|health|status|metrics|ready|live)\b(?![./])/g) ?? [];
    expect(asked.filter((path) => !ROUTES.includes(path))).toEqual([]);
  });
});

describe('the numbers', () => {
  test('the port is the default one', () => {
    expect(read('Dockerfile')).toMatch(`EXPOSE ${OPTIONS.port.defaultText}`);
    for (const file of ['deploy/nginx.conf', 'deploy/haproxy.cfg']) {
      expect(read(file)).toMatch(`oso-fallback-a:${OPTIONS.port.defaultText}`);
    }
  });

  test('whoever stops a node waits longer than its drain and the 10 seconds after it', () => {
    const leastSeconds = OPTIONS.drainMs.defaultValue / 1_000 + 10;
    for (const [file, pattern] of [
      ['deploy/compose.yaml', /stop_grace_period: (\d+)s/],
      ['deploy/oso-fallback.service', /TimeoutStopSec=(\d+)s/],
    ] as const) {
      expect(Number(pattern.exec(read(file))?.[1])).toBeGreaterThan(leastSeconds);
    }
  });
});
