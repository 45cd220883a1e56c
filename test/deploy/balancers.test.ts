import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { OPTIONS } from '../../src/config/options.ts';
import { DEFAULT_LIMITS } from '../../src/http/limits.ts';
import { read } from './support/deploy-files.ts';
import { check, needs } from './support/installed.ts';

const folder = mkdtempSync(join(tmpdir(), 'oso-balancers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NODES = ['oso-fallback-a', 'oso-fallback-b'];

/** With addresses that resolve everywhere, and temporary files in a place of its own. */
function localized(file: string): string {
  const text = read(file)
    .replaceAll(/oso-fallback-[ab]:/g, '127.0.0.1:')
    .replaceAll(/\/tmp\/(nginx[^;]*)/g, `"${folder}/$1"`);
  const path = join(folder, 'config');
  writeFileSync(path, text);
  return path;
}

describe('the configuration of nginx', () => {
  const text = read('deploy/nginx.conf');

  test('is accepted by nginx', (context) => {
    needs('nginx', context);
    expect(check('nginx', ['-t', '-c', localized('deploy/nginx.conf')])).toMatchObject({ code: 0 });
  });

  test('asks both nodes, repeats a POST, and keeps clients with one node', () => {
    for (const node of NODES) expect(text).toMatch(`server ${node}:8080 `);
    expect(text).toMatch('proxy_next_upstream error timeout http_502 http_503 http_504 non_idempotent;');
    expect(text).toMatch('hash $oso_client consistent;');
  });

  test('lets through every body that the node takes, and waits as long as an answer may take', () => {
    const bodyMiB = Number(/client_max_body_size (\d+)m;/.exec(text)?.[1]);
    expect(bodyMiB * 1024 * 1024).toBeGreaterThan(DEFAULT_LIMITS.maxBodyBytes);
    const readSeconds = Number(/proxy_read_timeout (\d+)s;/.exec(text)?.[1]);
    expect(readSeconds * 1_000).toBeGreaterThan(DEFAULT_LIMITS.maxEvaluationMs);
  });

  test('keeps no answers in files, which would be in memory', () => {
    expect(text).toMatch('proxy_max_temp_file_size 0;');
  });
});

describe('the configuration of HAProxy', () => {
  const text = read('deploy/haproxy.cfg');

  test('is accepted by HAProxy', (context) => {
    needs('haproxy', context);
    expect(check('haproxy', ['-c', '-f', localized('deploy/haproxy.cfg')])).toMatchObject({ code: 0 });
  });

  test('asks both nodes for readiness, repeats a POST, and keeps clients with one node', () => {
    for (const node of NODES) expect(text).toMatch(`${node}:8080`);
    expect(text).toMatch('http-check send meth GET uri /readyz');
    expect(text).toMatch('retry-on conn-failure empty-response response-timeout 502 503 504');
    expect(text).toMatch('balance hash var(txn.client)');
  });

  test('waits as long as an answer may take', () => {
    const seconds = Number(/timeout server (\d+)s/.exec(text)?.[1]);
    expect(seconds * 1_000).toBeGreaterThan(DEFAULT_LIMITS.maxEvaluationMs);
  });
});

/** No checker of Envoy is to be had here: only what this test names is checked. */
describe('the configuration of Envoy', () => {
  const { static_resources: resources } = parse(read('deploy/envoy.yaml'), { strict: true, uniqueKeys: true });
  const [manager] = resources.listeners[0].filter_chains[0].filters;
  const { routes } = manager.typed_config.route_config.virtual_hosts[0];
  const [cluster] = resources.clusters;

  test('asks both nodes for readiness', () => {
    const addresses = cluster.load_assignment.endpoints[0].lb_endpoints.map(
      (entry: { endpoint: { address: { socket_address: { address: string; port_value: number } } } }) =>
        entry.endpoint.address.socket_address,
    );
    expect(addresses).toEqual(NODES.map((address) => ({ address, port_value: 8080 })));
    expect(cluster.health_checks[0].http_health_check).toEqual({ path: '/readyz' });
  });

  test('asks often enough before its first request too: a fallback has none until it is needed', () => {
    const [{ interval, unhealthy_threshold, ...check }] = cluster.health_checks;
    expect(check.no_traffic_interval).toBe(interval);
    const noticedMs = Number.parseInt(interval, 10) * 1_000 * unhealthy_threshold;
    expect(noticedMs).toBeLessThan(OPTIONS.drainMs.defaultValue);
  });

  test('may repeat as many questions as it may ask: all of a node that dies', () => {
    const [{ max_retries, max_requests, max_connections, max_pending_requests }] = cluster.circuit_breakers.thresholds;
    expect([max_retries, max_connections, max_pending_requests]).toEqual([max_requests, max_requests, max_requests]);
    expect(max_requests).toBeGreaterThanOrEqual(1024);
  });

  test('keeps clients with one node and repeats a POST elsewhere', () => {
    const { route } = routes.at(-1);
    expect(route.cluster).toBe(cluster.name);
    expect(cluster.lb_policy).toBe('RING_HASH');
    expect(route.hash_policy[0].header.header_name).toBe('X-Oso-Instance-Id');
    expect(route.retry_policy).toMatchObject({ num_retries: 1, retriable_status_codes: [502, 503, 504] });
    expect(route.retry_policy.retry_on.split(',')).toEqual(expect.arrayContaining(['connect-failure', 'reset']));
    expect(Number.parseInt(route.timeout, 10) * 1_000).toBeGreaterThan(DEFAULT_LIMITS.maxEvaluationMs);
  });

  test('shows what is about one node to nobody', () => {
    const hidden = new RegExp(`^${routes[0].match.safe_regex.regex}$`);
    expect(['/status', '/metrics', '/livez', '/-/sync'].filter((path) => !hidden.test(path))).toEqual([]);
    expect(['/api/authorize', '/readyz', '/healthcheck', '/statuses'].filter((path) => hidden.test(path))).toEqual([]);
  });
});
