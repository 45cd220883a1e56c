import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli-process.ts';
import { ask, end, idle, mayRead, serving, statusOf, until } from './support/running-node.ts';
import { openWorkplace, reader, TOKEN, type Workplace } from './support/workplace.ts';

const FAST = { OSO_SYNC_INTERVAL: '1s' };

/** Takes the control plane away for good. */
async function outage(place: Workplace): Promise<void> {
  await place.cloud.close();
}

describe('the start', () => {
  test('with an empty disk takes live data, answers from them, and says how old they are', async () => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json']);
    const { url, origin } = await serving(node);
    expect(origin).toBe('live');
    expect(await mayRead(url, 'ann')).toBe(true);
    expect(await mayRead(url, 'bob')).toBe(false);
    expect(await ask(url, '/readyz')).toMatchObject({ status: 200, text: '{"ready":true}' });
    const port = new URL(url).port;
    await idle(url);
    const status = await place.run(['status'], { OSO_PORT: port });
    expect(status).toMatchObject({ code: 0, stderr: '' });
    expect(status.stdout).toContain('state        serving\n');
    expect(status.stdout).toContain('origin       live\n');
    expect(status.stdout).toMatch(/next sync {4}in (2[6-9]|3[0-3])m/);
    const metrics = (await ask(url, '/metrics')).text;
    expect(metrics).toMatch(/^oso_fallback_snapshot_age_ms \d+$/m);
    expect(metrics).toContain('oso_fallback_http_requests_count{path="/api/authorize",status_code="200"} 2');
    expect(await end(node)).toMatchObject({ code: 0 });
  });

  test('with data on disk needs no control plane', async () => {
    await using place = await openWorkplace();
    const first = place.start(['serve', '--json']);
    await serving(first);
    await end(first);
    await outage(place);
    const second = place.start(['serve', '--json']);
    const { url, origin } = await serving(second);
    expect(origin).toBe('persisted');
    expect(await mayRead(url, 'ann')).toBe(true);
    const { sync } = await until(
      () => statusOf(url),
      (status) => status.sync.lastError !== null,
    );
    expect(sync).toMatchObject({
      online: false,
      lastSuccessAt: null,
      lastError: { code: 'CONTROL_PLANE_UNREACHABLE' },
      consecutiveFailures: 1,
    });
    expect((await ask(url, '/readyz')).status).toBe(200);
  });

  test('with data on a disk that is read-only serves them, and copies when it can be written again', async (context) => {
    await using place = await openWorkplace();
    const disk = join(place.path, 'disk');
    mkdirSync(disk);
    const mount = (options: string) => spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status === 0;
    context.skip(!mount('mode=700,size=1m'), 'no right to mount a disk');
    try {
      const env = { OSO_DIRECTORY: 'disk' };
      const first = place.start(['serve', '--json'], env);
      await serving(first);
      await end(first);
      expect(mount('remount,ro')).toBe(true);
      const second = place.start(['serve', '--json'], env);
      const { url, origin } = await serving(second);
      expect(origin).toBe('persisted');
      expect(await mayRead(url, 'ann')).toBe(true);
      await second.said('what it holds is served, and nothing new is copied to it');
      await until(
        () => statusOf(url),
        ({ sync, generations }) => sync.lastError?.code === 'DIRECTORY_UNUSABLE' && generations.length === 1,
      );
      expect((await ask(url, '/-/unpin', { method: 'POST' })).status).toBe(200);
      expect(mount('remount,rw')).toBe(true);
      second.kill('SIGHUP');
      await until(
        () => statusOf(url),
        (status) => status.origin === 'live',
      );
      expect(await end(second)).toMatchObject({ code: 0 });
    } finally {
      spawnSync('umount', ['--lazy', disk]);
    }
  });

  test('with data on disk takes live data as soon as there are any', async () => {
    await using place = await openWorkplace();
    const first = place.start(['serve', '--json']);
    await serving(first);
    await end(first);
    place.cloud.facts = [reader('bob')];
    const second = place.start(['serve', '--json']);
    const { url, origin } = await serving(second);
    expect(origin).toBe('persisted');
    await until(
      () => statusOf(url),
      (status) => status.origin === 'live',
    );
    expect(await mayRead(url, 'bob')).toBe(true);
    expect(await mayRead(url, 'ann')).toBe(false);
  });

  test('with an empty disk and no control plane takes the imported file, and live data later', async () => {
    await using place = await openWorkplace();
    await place.run(['export', 'a.snapshot']);
    place.cloud.facts = [reader('bob')];
    place.cloud.always('/api/policy', { status: 500, body: '{}' });
    const node = place.start(['--import', 'a.snapshot', '--json'], FAST);
    const { url, origin } = await serving(node);
    expect(origin).toBe('imported');
    expect(await mayRead(url, 'ann')).toBe(true);
    place.cloud.always('/api/policy', undefined);
    await until(
      () => statusOf(url),
      (status) => status.origin === 'live',
    );
    expect(await mayRead(url, 'bob')).toBe(true);
  });

  test('a control plane that stalls is left after the live timeout', async () => {
    await using place = await openWorkplace();
    await place.run(['export', 'a.snapshot']);
    place.cloud.always('/api/facts', { stallAfter: 5 });
    const node = place.start(['serve', '--import', 'a.snapshot', '--live-timeout', '300ms', '--json']);
    const { origin, sync } = await serving(node);
    expect(origin).toBe('imported');
    expect(sync).toMatchObject({ lastError: { code: 'CONTROL_PLANE_UNREACHABLE' } });
  });

  test('an imported file that is newer than the disk is served, an older one is not', async () => {
    await using place = await openWorkplace();
    await place.run(['export', 'old.snapshot'], { SOURCE_DATE_EPOCH: '1700000000' });
    place.cloud.facts = [reader('bob')];
    await place.run(['export', 'mid.snapshot'], { SOURCE_DATE_EPOCH: '1700000100' });
    place.cloud.facts = [reader('cid')];
    await place.run(['export', 'new.snapshot'], { SOURCE_DATE_EPOCH: '1700000200' });
    await place.run(['import', 'mid.snapshot']);
    const older = place.start(['serve', '--offline', '--import', 'old.snapshot', '--json'], { OSO_LOG_LEVEL: 'info' });
    const before = await serving(older);
    expect(before.origin).toBe('persisted');
    await older.said('the file of --import is not newer than the data on disk');
    expect(await mayRead(before.url, 'bob')).toBe(true);
    const { alarms } = await statusOf(before.url);
    expect(alarms).not.toContainEqual(expect.objectContaining({ kind: 'import_refused' }));
    await end(older);
    const newer = place.start(['serve', '--offline', '--import', 'new.snapshot', '--json']);
    const { url } = await serving(newer);
    await until(
      () => mayRead(url, 'cid'),
      (allowed) => allowed,
    );
    expect(await statusOf(url)).toMatchObject({ origin: 'imported' });
  });

  test('offline nothing is contacted, and the data say whose keys are accepted', async () => {
    await using place = await openWorkplace();
    await place.run(['export', 'a.snapshot']);
    const asked = place.cloud.requests.length;
    const none = { OSO_API_TOKEN: '', OSO_ENVIRONMENT: '', OSO_TENANT: '' };
    const node = place.start(['serve', '--offline', '--import', 'a.snapshot', '--json'], none);
    const { url, keys } = await serving(node);
    expect(keys).toBe('environment');
    expect(await mayRead(url, 'ann')).toBe(true);
    const foreign = await fetch(`${url}/api/policy`, { headers: { authorization: 'Bearer e_env2_1_x' } });
    expect(foreign.status).toBe(401);
    expect(await statusOf(url)).toMatchObject({ sync: { offline: true, online: null, nextAttemptAt: null } });
    expect(place.cloud.requests).toHaveLength(asked);
  });

  test('with --wait and no source it is not ready, says why, and serves when data come', async () => {
    await using place = await openWorkplace();
    place.cloud.always('/api/policy', { status: 503, body: '{}' });
    const node = place.start(['serve', '--wait', '--json'], FAST);
    const { reason } = await node.event('waiting');
    expect(reason).toContain('control-plane: CONTROL_PLANE_FAILED: ');
    const url = String((await node.event('listening'))['url']).replace('localhost', '127.0.0.1');
    const { status, text } = await ask(url, '/readyz');
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ ready: false, reason: 'no_snapshot' });
    expect((await ask(url, '/livez')).status).toBe(200);
    expect((await ask(url, '/api/policy')).status).toBe(503);
    place.cloud.always('/api/policy', undefined);
    expect((await serving(node)).origin).toBe('live');
    expect((await ask(url, '/readyz')).status).toBe(200);
  });
});

describe('copying', () => {
  test('the same content again makes no generation but is confirmed', async () => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json'], FAST);
    const { url } = await serving(node);
    const { snapshot } = await statusOf(url);
    const later = await until(
      () => statusOf(url),
      (status) => status.snapshot.confirmedAt !== snapshot.confirmedAt,
    );
    expect(later.snapshot).toMatchObject({ id: snapshot.id, takenAt: snapshot.takenAt });
    expect(later.generations).toHaveLength(1);
    expect(later.origin).toBe('live');
  });

  test.each([
    ['a revoked key', { status: 401, body: '{}' }, 'CONTROL_PLANE_UNAUTHORIZED'],
    ['an environment that is gone', { status: 404, body: '{}' }, 'CONTROL_PLANE_NOT_FOUND'],
    ['a server error', { status: 500, body: '{}' }, 'CONTROL_PLANE_FAILED'],
    ['a policy that does not compile', { body: JSON.stringify({ policy: { src: 'nonsense' } }) }, 'POLICY_INVALID'],
    ['a body that is no JSON', { body: '<html>' }, 'CONTROL_PLANE_MALFORMED'],
  ])('%s takes nothing away', async (_, reply, code) => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json'], FAST);
    const { url } = await serving(node);
    place.cloud.always('/api/policy', reply);
    const { sync } = await until(
      () => statusOf(url),
      (status) => status.sync.lastError !== null,
    );
    expect(sync.lastError.code).toBe(code);
    expect(await mayRead(url, 'ann')).toBe(true);
    expect((await ask(url, '/readyz')).status).toBe(200);
    expect((await ask(url, '/metrics')).text).toContain(`oso_fallback_sync_failures_total{code="${code}"}`);
  });

  test('a secret is in no log, status, metric or file', async () => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json'], { ...FAST, OSO_LOG_LEVEL: 'info' });
    const { url } = await serving(node);
    place.cloud.always('/api/policy', { status: 401, body: `{"message":"bad key ${TOKEN}"}` });
    await until(
      () => statusOf(url),
      (status) => status.sync.lastError !== null,
    );
    const told = [(await ask(url, '/status')).text, (await ask(url, '/metrics')).text];
    const { stdout, stderr } = await end(node);
    for (const text of [...told, stdout, stderr]) expect(text).not.toContain('canarysecret');
    expect(stderr).toContain('"code":"CONTROL_PLANE_UNAUTHORIZED"');
  });
});

describe('the example', () => {
  test('is made, served and asked as printed, with no setting at all, and leaves nothing behind', async () => {
    await using place = await openWorkplace();
    const none = { OSO_API_TOKEN: '', OSO_ENVIRONMENT: '', OSO_TENANT: '', OSO_URL: '', TMPDIR: place.path };
    const node = place.start(['serve', '--example', '--facts', '3000', '--json'], none);
    const { environment, snapshot } = await serving(node);
    expect({ environment, snapshot }).toMatchObject({ environment: 'example', snapshot: { facts: 3_000 } });
    const { url, apiKey, question } = await node.event('example');
    const response = await fetch(`${String(url).replace('localhost', '127.0.0.1')}/api/authorize`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(question),
    });
    expect(await response.json()).toEqual({ allowed: true });
    expect(await end(node, 'SIGINT')).toMatchObject({ code: 130 });
    expect(readdirSync(place.path)).toEqual([]);
    expect(place.cloud.requests).toEqual([]);
  });

  test('says so when the system has no place for temporary files', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['serve', '--example'], { TMPDIR: join(place.path, 'missing') });
    expect(result).toMatchObject({
      code: 1,
      stderr: `DIRECTORY_UNUSABLE: cannot write \`${join(place.path, 'missing')}\`: no such file or directory\n`,
    });
  });

  test('says so when there is no room for it, which is no bug of ours', async () => {
    await using place = await openWorkplace();
    const args = ['serve', '--example', '--facts', '50000'];
    const result = await runCli(args, { env: { TMPDIR: place.path, OSO_PORT: '0' }, shell: 'ulimit -f 200;' });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^NO_SPACE: cannot write `.*`: the file would be larger than allowed\nhint: /u);
    expect(readdirSync(place.path)).toEqual([]);
  });

  test('removes what one that was killed has left', async () => {
    await using place = await openWorkplace();
    const args = ['serve', '--example', '--facts', '100', '--json'];
    const killed = place.start(args, { TMPDIR: place.path });
    await serving(killed);
    await end(killed, 'SIGKILL');
    expect(readdirSync(place.path)).toHaveLength(1);
    const next = place.start(args, { TMPDIR: place.path });
    await serving(next);
    expect(readdirSync(place.path)).toHaveLength(1);
    await end(next);
    expect(readdirSync(place.path)).toEqual([]);
  });

  test('refuses a count that is none, and a count without an example', async () => {
    await using place = await openWorkplace();
    const wrong = await place.run(['serve', '--example', '--facts', 'many']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toBe('CONFIG_INVALID: `--facts` must be a whole number from 1 to 100000000, not `many`\n');
    const lonely = await place.run(['serve', '--facts', '5']);
    expect(lonely).toMatchObject({ code: 2, stdout: '' });
    expect(lonely.stderr).toBe('CONFIG_INVALID: `--facts` needs `--example`\n');
  });

  test.each(['import', 'directory', 'environment', 'tenant', 'api-token'])(
    'refuses --%s, which would be ignored',
    async (flag) => {
      await using place = await openWorkplace();
      const refused = await place.run(['serve', '--example', `--${flag}`, 'x']);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toBe(`CONFIG_INVALID: \`--example\` makes data of its own: leave out \`--${flag}\`\n`);
    },
  );
});

describe('signals', () => {
  test('SIGTERM ends a node with 0, Ctrl-C with 130', async () => {
    await using place = await openWorkplace();
    for (const [signal, code] of [
      ['SIGTERM', 0],
      ['SIGINT', 130],
    ] as const) {
      const node = place.start(['serve', '--json']);
      await serving(node);
      expect(await end(node, signal)).toMatchObject({ code });
    }
  });

  test('during the drain requests are answered and readiness is off; a second SIGINT leaves at once', async () => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json', '--drain', '1h']);
    const { url } = await serving(node);
    node.kill('SIGTERM');
    const { text } = await until(
      () => ask(url, '/readyz'),
      ({ status }) => status === 503,
    );
    expect(JSON.parse(text)).toMatchObject({ ready: false, reason: 'draining' });
    expect(await mayRead(url, 'ann')).toBe(true);
    expect((await ask(url, '/livez')).status).toBe(200);
    expect(await end(node, 'SIGINT')).toMatchObject({ code: 130 });
  });

  test('SIGTERM during a download leaves nothing half-made', async () => {
    await using place = await openWorkplace();
    place.cloud.always('/api/facts', { stallAfter: 5 });
    const node = place.start(['serve', '--json']);
    await until(
      async () => place.cloud.requests.some(({ path }) => path === '/api/facts'),
      (asked) => asked,
    );
    const { code, stderr } = await end(node);
    expect(code).toBe(130);
    expect(stderr).toContain('INTERRUPTED: stopped by SIGTERM');
    expect(readdirSync(join(place.path, '.oso', 'generations'))).toEqual([]);
  });

  test('SIGTERM during an export leaves nothing half-made', async () => {
    await using place = await openWorkplace();
    place.cloud.always('/api/facts', { stallAfter: 5 });
    const running = place.start(['export', 'a.snapshot']);
    await until(
      async () => place.cloud.requests.some(({ path }) => path === '/api/facts'),
      (asked) => asked,
    );
    expect(await end(running, 'SIGINT')).toMatchObject({ code: 130, stdout: '' });
    expect(readdirSync(place.path)).toEqual([]);
  });

  test('SIGUSR1 opens no inspector', async () => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json']);
    const { url } = await serving(node);
    node.kill('SIGUSR1');
    expect(await mayRead(url, 'ann')).toBe(true);
    const { code, stderr } = await end(node);
    expect(code).toBe(0);
    expect(stderr).not.toContain('Debugger');
  });
});
