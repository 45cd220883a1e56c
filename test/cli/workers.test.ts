import { createHash } from 'node:crypto';
import { Agent, get as getHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { describe, expect, test } from 'vitest';
import type { CliProcess } from '../support/cli-process.ts';
import { SELF_SIGNED } from '../support/self-signed.ts';
import { jsonOf, openWorkplace, reader, TOKEN, type Workplace } from './support/workplace.ts';

/*
 * A node of three threads, asked from outside. Which thread answers is the kernel's choice, so each test asks over new
 * connections until every thread has had its share.
 */

const THREE = ['serve', '--json', '--workers', '3'];

async function serving(node: CliProcess): Promise<string> {
  const { url } = await node.event('serving');
  const at = String(url).replace('localhost', '127.0.0.1');
  await until(
    () => statusOf(at),
    ({ workers }) => workers.answering === 3,
  );
  return at;
}

/** Over a connection of its own. */
async function ask(url: string, path: string, { method = 'GET', key = TOKEN, body = '' } = {}) {
  const headers = { authorization: `Bearer ${key}`, connection: 'close', 'content-type': 'application/json' };
  const response = await fetch(url + path, { method, headers, ...(body === '' ? {} : { body }) });
  return {
    status: response.status,
    text: await response.text(),
    snapshot: response.headers.get('oso-fallback-snapshot'),
  };
}

async function statusOf(url: string) {
  return JSON.parse((await ask(url, '/status')).text);
}

async function until<T>(look: () => Promise<T>, isWanted: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (isWanted(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** API requests by thread. */
async function byThread(url: string): Promise<readonly number[]> {
  const { text } = await ask(url, '/metrics');
  return [...text.matchAll(/^oso_fallback_worker_requests_total\{worker="\d+"\} (\d+)$/gmu)].map(([, n]) => Number(n));
}

/** What `once` gives until every thread has answered an API request; without repetitions, sorted. */
async function fromAll(url: string, once: () => Promise<unknown>): Promise<readonly unknown[]> {
  const before = await byThread(url);
  const seen = new Set<unknown>();
  for (;;) {
    for (let count = 0; count < 5; count++) seen.add(await once());
    // Together as well: one that comes alone may always meet the same thread, the first to wake.
    for (const one of await Promise.all(Array.from({ length: 5 }, once))) seen.add(one);
    const now = await byThread(url);
    if (now.length === 3 && now.every((requests, thread) => requests > (before[thread] ?? 0))) return [...seen].sort();
  }
}

async function mayRead(url: string, user: string): Promise<string> {
  const body = JSON.stringify({
    actor_type: 'User',
    actor_id: user,
    action: 'read',
    resource_type: 'Repo',
    resource_id: 'r1',
  });
  return (await ask(url, '/api/authorize', { method: 'POST', body })).text;
}

const ALLOWED = '{"allowed":true}';
const DENIED = '{"allowed":false}';

async function importOf(place: Workplace, user: string, second: number) {
  place.cloud.facts = [reader(user)];
  await place.run(['export', 'x.snapshot'], { SOURCE_DATE_EPOCH: String(second) });
  return jsonOf(await place.run(['import', 'x.snapshot', '--json']));
}

describe('three threads', () => {
  test('answer alike, count together, say how many they are, and end together', async () => {
    await using place = await openWorkplace();
    const node = place.start(THREE);
    const url = await serving(node);
    expect(await fromAll(url, () => mayRead(url, 'ann'))).toEqual([ALLOWED]);
    const { text } = await ask(url, '/metrics');
    const [, sum] =
      /^oso_fallback_http_requests_count\{path="\/api\/authorize",status_code="200"\} (\d+)$/mu.exec(text) ?? [];
    expect((await byThread(url)).reduce((total, count) => total + count, 0)).toBe(Number(sum));
    expect(text).toContain('\noso_fallback_workers 3\n');
    expect(text).toContain('\noso_fallback_worker_restarts_total 0\n');
    const status = await place.run(['status'], { OSO_PORT: new URL(url).port });
    expect(status.stdout).toContain('\nworkers      3\n');
    node.kill('SIGTERM');
    expect(await node.ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining('"level":"error"') });
  });

  test('swap together: by an operator, whoever of them he reaches, and by the next copy', async () => {
    await using place = await openWorkplace();
    const { generation: older } = await importOf(place, 'ann', 1_700_000_000);
    const { generation: newer } = await importOf(place, 'bob', 1_700_000_100);
    const node = place.start([...THREE, '--offline']);
    const url = await serving(node);
    for (let round = 0; round < 6; round++) {
      expect(JSON.parse((await ask(url, '/-/rollback', { method: 'POST' })).text)).toEqual({ pinned: older });
      expect(await fromAll(url, () => mayRead(url, 'ann'))).toEqual([ALLOWED]);
      expect(JSON.parse((await ask(url, '/-/unpin', { method: 'POST' })).text)).toEqual({ unpinned: older });
      expect(await fromAll(url, async () => (await ask(url, '/api/policy')).snapshot)).toEqual([newer]);
    }
    const wrong = await ask(url, '/-/rollback?generation=nonsense', { method: 'POST' });
    expect(wrong).toMatchObject({ status: 404, text: expect.stringContaining('GENERATION_NOT_FOUND') });
    expect(
      await fromAll(
        url,
        async () => (await ask(url, '/-/sync', { method: 'POST' })).status + (await mayRead(url, 'bob')),
      ),
    ).toEqual([`409${ALLOWED}`]);
  });

  test('take a copy that is made now, and a SIGHUP reaches it', async () => {
    await using place = await openWorkplace();
    const node = place.start(THREE);
    const url = await serving(node);
    await until(
      () => statusOf(url),
      ({ sync }) => !sync.running,
    );
    place.cloud.facts = [reader('bob')];
    node.kill('SIGHUP');
    await until(
      () => mayRead(url, 'bob'),
      (answer) => answer === ALLOWED,
    );
    expect(await fromAll(url, () => mayRead(url, 'ann'))).toEqual([DENIED]);
  });

  test('take changed keys', async () => {
    await using place = await openWorkplace();
    const digest = (key: string) => createHash('sha256').update(key).digest('hex');
    place.write('keys', digest('old'));
    const node = place.start(THREE, { OSO_CLIENT_KEYS_FILE: 'keys' });
    const url = await serving(node);
    const statusWith = (key: string) => async () => (await ask(url, '/api/policy', { key })).status;
    expect(await fromAll(url, statusWith('old'))).toEqual([200]);
    expect(await fromAll(url, statusWith('e_env1_1_any'))).toEqual([401]);
    place.write('keys', digest('new'));
    node.kill('SIGHUP');
    await until(
      () => fromAll(url, statusWith('new')),
      (seen) => String(seen) === '200',
    );
    expect(await fromAll(url, statusWith('old'))).toEqual([401]);
  });

  test('refuse stale data, and are not ready then', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    const node = place.start([...THREE, '--offline', '--on-stale', 'refuse', '--max-age', '1h']);
    const url = await serving(node);
    expect(await fromAll(url, async () => (await ask(url, '/api/policy')).status)).toEqual([503]);
    expect(
      await fromAll(url, async () => {
        await ask(url, '/api/policy');
        return JSON.parse((await ask(url, '/readyz')).text).reason;
      }),
    ).toEqual(['stale']);
  });

  test('tell the same age', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', Math.floor(Date.now() / 1_000) - 7_200);
    const node = place.start([...THREE, '--offline']);
    const url = await serving(node);
    const ages = await fromAll(url, async () => {
      const headers = { authorization: `Bearer ${TOKEN}`, connection: 'close' };
      const response = await fetch(`${url}/api/policy`, { headers });
      await response.text();
      return Number(response.headers.get('oso-fallback-age'));
    });
    for (const age of ages) {
      expect(age).toBeGreaterThanOrEqual(7_200);
      expect(age).toBeLessThan(7_300);
    }
  });

  test('speak TLS, and go on when the certificate has been replaced', async () => {
    await using place = await openWorkplace();
    place.write('cert.pem', SELF_SIGNED.cert);
    place.write('key.pem', SELF_SIGNED.key);
    const node = place.start(THREE, { OSO_TLS_CERT: 'cert.pem', OSO_TLS_KEY: 'key.pem', OSO_LOG_LEVEL: 'warn' });
    const url = String((await node.event('serving'))['url']).replace('localhost', '127.0.0.1');
    await until(
      () => getTls(url, '/metrics'),
      (text) => text.includes('\noso_fallback_workers 3\n'),
    );
    const seen = new Set<string>();
    for (let count = 0; count < 60; count++) seen.add(await getTls(url));
    expect([...seen]).toEqual(['200 {"alive":true}']);
    place.write('cert.pem', `${SELF_SIGNED.cert}\n`);
    node.kill('SIGHUP');
    await node.said('a changed file is in use');
    for (let count = 0; count < 60; count++) seen.add(await getTls(url));
    expect([...seen]).toEqual(['200 {"alive":true}']);
    node.kill('SIGTERM');
    expect(await node.ended).toMatchObject({ code: 0 });
  });
});

test('SIGTERM under load: connections that are kept open lose no request', async () => {
  await using place = await openWorkplace();
  const node = place.start(THREE, { OSO_DRAIN: '5s' });
  const url = await serving(node);
  const broken: unknown[] = [];
  const answers = new Map<string, number>();
  let isOver = false;
  const lanes = Array.from({ length: 16 }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isOver) {
      const answer = await getOnce(`${url}/api/policy`, agent).catch((error: unknown) => broken.push(error));
      answers.set(String(answer), (answers.get(String(answer)) ?? 0) + 1);
    }
    agent.destroy();
  });
  await until(
    async () => answers.get('200') ?? 0,
    (count) => count > 100,
  );
  node.kill('SIGTERM');
  // A balancer that has noticed sends nothing more.
  await until(
    () => ask(url, '/readyz'),
    ({ status }) => status === 503,
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  isOver = true;
  await Promise.all(lanes);
  expect(await node.ended).toMatchObject({ code: 0, stderr: expect.not.stringContaining('cut') });
  expect(broken).toEqual([]);
  expect([...answers.keys()]).toEqual(['200']);
});

function getOnce(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    getHttp(url, { agent, headers }, (response) => {
      response.resume();
      response.on('error', reject).on('end', () => resolve(response.statusCode ?? 0));
    }).on('error', reject);
  });
}

function getTls(url: string, path = '/livez'): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = requestHttps(url + path, { ca: SELF_SIGNED.cert, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(`${response.statusCode} ${text}`));
    });
    asked.on('error', reject).end();
  });
}
