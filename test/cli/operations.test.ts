import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, end, idle, mayRead, serving, statusOf, until } from './support/running-node.ts';
import { IDENTITY, importOf, jsonOf, openWorkplace, reader, TOKEN } from './support/workplace.ts';

const FAST = { OSO_SYNC_INTERVAL: '1s' };

describe('stale data', () => {
  const OLD = { OSO_MAX_AGE: '1h' };

  test.each([
    ['serve', 200, 200, null],
    ['unready', 503, 200, /^clients are sent elsewhere: the data are \d+d.* old, older than --max-age 1h$/],
    ['refuse', 503, 503, /^questions are refused: the data are \d+d.* old, older than --max-age 1h$/],
  ])(
    'with --on-stale %s: readiness %i, API %i, an alarm always, and the process is alive',
    async (word, ready, api, said) => {
      await using place = await openWorkplace();
      await importOf(place, 'ann', 1_700_000_000);
      const node = place.start(['serve', '--offline', '--on-stale', word, '--json'], OLD);
      const { url } = await serving(node);
      const readiness = await ask(url, '/readyz');
      expect(readiness.status).toBe(ready);
      if (ready === 503) expect(JSON.parse(readiness.text)).toMatchObject({ ready: false, reason: 'stale' });
      const answer = await ask(url, '/api/policy');
      expect(answer.status).toBe(api);
      if (api === 503) {
        expect(JSON.parse(answer.text)).toEqual({ message: expect.stringContaining('--max-age 1h') });
        expect(answer).toMatchObject({ reason: 'stale', retryAfter: '1' });
      }
      expect((await ask(url, '/livez')).status).toBe(200);
      const { alarms, staleness, state, reason } = await until(
        () => statusOf(url),
        (status) => status.alarms.length > 0,
      );
      expect(alarms).toMatchObject([{ kind: 'stale' }]);
      expect([state, reason]).toEqual(['serving', said && expect.stringMatching(said)]);
      expect(staleness).toMatchObject({ onStale: word, freshness: 'stale', maxAgeMs: 3_600_000 });
      const metrics = (await ask(url, '/metrics')).text;
      for (const line of [
        'oso_fallback_stale 1',
        'oso_fallback_aging 1',
        'oso_fallback_alarms_total{kind="stale"} 1',
      ]) {
        expect(metrics).toContain(`\n${line}\n`);
      }
      expect((await end(node)).stderr).toContain('older than --max-age 1h');
    },
  );

  test('that are refused stay so while the node stops, and status says that', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    const settings = { ...OLD, OSO_DRAIN: '60s', OSO_LOG_LEVEL: 'info' };
    const node = place.start(['serve', '--offline', '--on-stale', 'refuse', '--json'], settings);
    const { url } = await serving(node);
    node.kill('SIGTERM');
    await node.said('draining');
    expect(await statusOf(url)).toMatchObject({
      state: 'serving',
      reason: expect.stringMatching(
        /^it was asked to stop; questions are refused: the data are .* older than --max-age 1h$/,
      ),
    });
  });

  test.each([
    [{ OSO_SYNC_INTERVAL: '1h', OSO_MAX_AGE: '66m' }, 'data are older than --max-age 66m'],
    [{ OSO_SYNC_INTERVAL: '1h', OSO_MAX_AGE_WARN: '30m' }, 'data are older than --max-age-warn 30m'],
    [{ OSO_SYNC_INTERVAL: '1h', OSO_MAX_AGE: '67m', OSO_MAX_AGE_WARN: '67m' }, undefined],
  ])('between two copies are told of at the start: %j', async (settings, warning) => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json'], settings);
    await serving(node);
    const { stderr } = await end(node);
    const told = stderr.split('\n').filter((line) => line.includes(' older than '));
    expect(told).toEqual(
      warning === undefined
        ? []
        : [`warning: ${warning} before the next copy, which is up to 10 % later than --sync-interval 1h`],
    );
  });

  test('are told of by no node that is offline, which copies nothing', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', Math.floor(Date.now() / 1_000));
    const node = place.start(['serve', '--offline', '--json'], { OSO_MAX_AGE: '10m' });
    await serving(node);
    expect((await end(node)).stderr).not.toContain('older than');
  });

  test.each([
    [{ OSO_MAX_AGE: '1h' }, '--max-age-warn 2h is not below --max-age 1h'],
    [{ OSO_MAX_AGE: '1h', OSO_MAX_AGE_WARN: '1h' }, '--max-age-warn 1h is not below --max-age 1h'],
    [{ OSO_MAX_AGE: '1h', OSO_MAX_AGE_WARN: '59m' }, undefined],
  ])('that come too late to warn are told of at the start: %j', async (settings, warning) => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json'], settings);
    await serving(node);
    const told = (await end(node)).stderr.split('\n').filter((line) => line.includes(' is not below '));
    expect(told).toEqual(
      warning === undefined ? [] : [`warning: ${warning}, so nothing warns before the data are stale`],
    );
  });

  test('are no younger after a restart', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    const first = place.start(['serve', '--offline', '--json']);
    const before = (await statusOf((await serving(first)).url)).snapshot.ageMs;
    await end(first);
    const state = JSON.parse(readFileSync(join(place.path, '.oso', 'state.json'), 'utf8'));
    expect(state.age.ageMs).toBeGreaterThanOrEqual(before);
    // As if the clock had been set back by a year since.
    const later = { ...state, age: { ...state.age, ageMs: state.age.ageMs + 365 * 86_400_000 } };
    writeFileSync(join(place.path, '.oso', 'state.json'), JSON.stringify(later));
    const second = place.start(['serve', '--offline', '--json']);
    expect((await statusOf((await serving(second)).url)).snapshot.ageMs).toBeGreaterThanOrEqual(later.age.ageMs);
  });

  test('are as old for a node that copies them from another node as for that one, and after each copy', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    const { url } = await serving(place.start(['serve', '--offline', '--json']));
    const ageOf = async (node: string): Promise<number> => (await statusOf(node)).snapshot.ageMs;
    const first = await ageOf(url);
    const CHAIN = { ...FAST, OSO_URL: url, OSO_DIRECTORY: 'second' };
    const second = place.start(['serve', '--json'], CHAIN);
    const { url: secondUrl, origin } = await serving(second);
    expect(origin).toBe('live');
    expect(await ageOf(secondUrl)).toBeGreaterThanOrEqual(first);
    const { lastSuccessAt } = (await statusOf(secondUrl)).sync;
    const { snapshot, staleness, alarms } = await until(
      () => statusOf(secondUrl),
      ({ sync }) => sync.lastSuccessAt !== lastSuccessAt,
    );
    expect(snapshot.ageMs).toBeGreaterThanOrEqual(first);
    expect(staleness.freshness).toBe('stale');
    expect(alarms).toMatchObject([{ kind: 'stale' }]);
    await end(second);
    // Nor does a restart, or a file, make them younger.
    const again = await serving(place.start(['serve', '--offline', '--json'], CHAIN));
    expect(await ageOf(again.url)).toBeGreaterThanOrEqual(first);
    await place.run(['export', 'second.snapshot'], { OSO_URL: url });
    const { manifest } = jsonOf(await place.run(['verify', 'second.snapshot', '--json']));
    expect(Date.parse(manifest.takenAt)).toBeLessThanOrEqual(1_700_000_000_000);
  });
});

describe('sync now', () => {
  test('by an authenticated request and by SIGHUP, one at a time; not offline', async () => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json']);
    const { url } = await serving(node);
    expect((await ask(url, '/-/sync', { method: 'POST', key: 'e_env1_1_other' })).status).toBe(401);
    await idle(url);
    place.cloud.facts = [reader('bob')];
    expect(await ask(url, '/-/sync', { method: 'POST' })).toMatchObject({ status: 202, text: '{"sync":"started"}' });
    await until(
      () => mayRead(url, 'bob'),
      (allowed) => allowed,
    );
    await idle(url);
    place.cloud.facts = [reader('cid')];
    node.kill('SIGHUP');
    await until(
      () => mayRead(url, 'cid'),
      (allowed) => allowed,
    );
    await idle(url);
    place.cloud.script('/api/facts', { stallAfter: 5 });
    place.cloud.facts = [reader('dan')];
    expect((await ask(url, '/-/sync', { method: 'POST' })).status).toBe(202);
    await until(
      () => statusOf(url),
      ({ sync }) => sync.running,
    );
    expect(await ask(url, '/-/sync', { method: 'POST' })).toMatchObject({ status: 202, text: '{"sync":"queued"}' });
    expect(await end(node)).toMatchObject({ code: 0 });
    const offline = place.start(['serve', '--offline', '--json']);
    const { url: alone } = await serving(offline);
    expect((await ask(alone, '/-/sync', { method: 'POST' })).status).toBe(409);
  });
});

test('a node without data that stops does not say that it answers', async () => {
  await using place = await openWorkplace();
  await place.cloud.close();
  const node = place.start(['serve', '--wait', '--json'], { OSO_DRAIN: '60s', OSO_LOG_LEVEL: 'info' });
  const url = String((await node.event('listening'))['url']).replace('localhost', '127.0.0.1');
  await node.event('waiting');
  node.kill('SIGTERM');
  await node.said('draining');
  const { state, reason } = await statusOf(url);
  expect([state, reason]).toEqual(['starting', expect.stringMatching(/^it was asked to stop; no data yet; /)]);
});

test('what is told of a node that begins to serve names the generation that it serves', async () => {
  await using place = await openWorkplace();
  for (const origin of ['live', 'persisted']) {
    const node = place.start(['serve', '--json']);
    const { snapshot, generations, size, origin: from } = await serving(node);
    expect(from).toBe(origin);
    const [served] = generations as { id: string; bytes: number }[];
    expect([served?.id, size]).toEqual([
      Object(snapshot).id,
      { facts: 1, bytes: served?.bytes, diskBytesAsked: 3 * (served?.bytes ?? 0) },
    ]);
    await end(node);
  }
});

test('log lines have the id of the node from the moment on at which it is known', async () => {
  await using place = await openWorkplace();
  const lines = async (settings: Readonly<Record<string, string>>) => {
    const node = place.start(['serve', '--json'], { OSO_ALLOW_OLDER: 'true', OSO_LOG_LEVEL: 'info', ...settings });
    await serving(node);
    const { stderr } = await end(node);
    return stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  };
  const [first, ...rest] = await lines({});
  expect([first.msg, 'clientId' in first]).toEqual(['a guard is lifted', false]);
  expect(rest.length).toBeGreaterThan(0);
  for (const { clientId } of rest) expect(clientId).toMatch(/^[0-9a-f-]{36}$/u);
  for (const { clientId } of await lines({ OSO_CLIENT_ID: 'node-7' })) expect(clientId).toBe('node-7');
});

test('a node that drains copies nothing any more, and says so; what is pinned can still be changed', async () => {
  await using place = await openWorkplace();
  const node = place.start(['serve', '--json'], { OSO_DRAIN: '60s', OSO_LOG_LEVEL: 'info' });
  const { url } = await serving(node);
  await idle(url);
  const { id } = (await statusOf(url)).snapshot;
  expect((await ask(url, `/-/rollback?generation=${id}`, { method: 'POST' })).status).toBe(200);
  node.kill('SIGTERM');
  await node.said('draining');
  expect(await statusOf(url)).toMatchObject({
    state: 'serving',
    reason: 'it was asked to stop, and still answers',
    sync: { running: false, nextAttemptAt: null },
  });
  expect(await ask(url, '/-/sync', { method: 'POST' })).toMatchObject({
    status: 503,
    text: '{"message":"the node is shutting down"}',
  });
  node.kill('SIGHUP');
  await node.said('"sync":"stopping","msg":"SIGHUP: files are read again"');
  expect(await ask(url, '/-/unpin', { method: 'POST' })).toMatchObject({ status: 200, text: `{"unpinned":"${id}"}` });
});

describe('what a control plane does', () => {
  test('a revoked token takes nothing away, over several attempts and a restart without network', async () => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json'], FAST);
    const { url } = await serving(node);
    place.cloud.always('/api/policy', { status: 401, body: '{}' });
    await until(
      () => statusOf(url),
      ({ sync }) => sync.consecutiveFailures >= 3,
    );
    expect(await mayRead(url, 'ann')).toBe(true);
    expect((await ask(url, '/readyz')).status).toBe(200);
    await end(node);
    await place.cloud.close();
    const again = place.start(['serve', '--json']);
    expect(await mayRead((await serving(again)).url, 'ann')).toBe(true);
  });

  test('a policy with an error is refused before its facts are asked for, and status names the line', async () => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json', '--workers', '2']);
    const { url } = await serving(node);
    await idle(url);
    place.cloud.requests.length = 0;
    place.cloud.policy = 'actor User {}\nallow(user) if nobody;\n';
    await ask(url, '/-/sync', { method: 'POST' });
    const { sync } = await until(
      () => statusOf(url),
      (status) => status.sync.lastError !== null,
    );
    expect(sync.lastError).toMatchObject({
      code: 'POLICY_INVALID',
      message: expect.stringMatching(/^the policy has an error in line 2: ./),
    });
    expect(place.cloud.requests.map(({ path }) => path)).toEqual(['/api/policy']);
    expect(await mayRead(url, 'ann')).toBe(true);
    const metrics = (await ask(url, '/metrics')).text;
    expect(metrics).toContain('oso_fallback_sync_failures_total{code="POLICY_INVALID"} 1\n');
  });

  test('data that lost too much are held, and the code says why; without a limit they only raise an alarm', async () => {
    await using place = await openWorkplace(Array.from({ length: 30 }, (_, n) => reader(`u${n}`)));
    const held = place.start(['serve', '--json', '--max-shrink', '50%'], FAST);
    const { url } = await serving(held);
    place.cloud.facts = [reader('u1')];
    const { sync, snapshot } = await until(
      () => statusOf(url),
      (status) => status.sync.lastError !== null,
    );
    expect(sync.lastError).toMatchObject({
      code: 'GUARD_SHRINK',
      message: 'the data have 1 facts instead of 30, a loss of more than 50 %',
    });
    expect(snapshot.facts).toBe(30);
    expect((await ask(url, '/metrics')).text).toContain('oso_fallback_sync_failures_total{code="GUARD_SHRINK"}');
    await end(held);
    const open = place.start(['serve', '--json'], FAST);
    const { url: second } = await serving(open);
    const { alarms } = await until(
      () => statusOf(second),
      (status) => status.snapshot.facts === 1,
    );
    expect(alarms).toMatchObject([{ kind: 'shrink' }]);
  });

  test('a mark in the future refuses files and copies of copies, and not what the control plane itself has', async () => {
    await using place = await openWorkplace();
    const exportAt = (name: string, seconds: number) => {
      const time = String(Math.floor(Date.now() / 1_000) + seconds);
      return place.run(['export', name], { SOURCE_DATE_EPOCH: time });
    };
    await exportAt('f.snapshot', 86_400);
    expect((await place.run(['import', 'f.snapshot'])).stderr).toMatch(
      /^warning: the data are from \S+Z, in the future; until then files and copies of other nodes count as older\n$/,
    );
    expect((await place.run(['verify', 'f.snapshot'])).stdout).toMatch(/^taken at {5}\S+Z, in the future$/m);
    const atRest = jsonOf(await place.run(['status', '--json', '--port', '1']));
    expect(atRest.alarms).toMatchObject([
      {
        kind: 'clock_skew',
        message: expect.stringMatching(/^the data are dated \d+h \d+m in the future: how old they are is/),
      },
    ]);
    place.cloud.facts = [reader('bob')];
    await exportAt('now.snapshot', 0);
    const copyOfCopy = { headers: { 'oso-fallback-age': '0' } };
    place.cloud.always('/api/facts', copyOfCopy);
    const chained = place.start(['serve', '--json'], FAST);
    const { url } = await serving(chained);
    const { sync, alarms } = await until(
      () => statusOf(url),
      (status) => status.sync.lastError !== null && status.alarms.length > 0,
    );
    expect(sync.lastError.code).toBe('GUARD_OLDER');
    expect(alarms).toMatchObject([{ kind: 'clock_skew' }]);
    place.cloud.always('/api/facts', undefined);
    const { overrides } = await until(
      () => statusOf(url),
      ({ origin }) => origin === 'live',
    );
    expect(overrides).toEqual([]);
    expect(await mayRead(url, 'bob')).toBe(true);
    expect((await end(chained)).stderr).toContain('live data are dated before those on disk');
    expect((await place.run(['import', 'now.snapshot'])).code).toBe(5);
    const again = place.start(['serve', '--json', '--offline']);
    expect(await mayRead((await serving(again)).url, 'bob')).toBe(true);
  });

  test('an imported file of another environment is refused beside data on disk, and said', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    const other = { OSO_API_TOKEN: TOKEN.replace('env1', 'env2'), OSO_ENVIRONMENT: 'env2' };
    expect(IDENTITY.OSO_ENVIRONMENT).toBe('env1');
    place.cloud.always('/api/policy', undefined);
    await using elsewhere = await openWorkplace();
    await elsewhere.run(['export', join(place.path, 'other.snapshot')]);
    const node = place.start(['serve', '--offline', '--import', 'other.snapshot', '--json'], {
      ...other,
      OSO_DIRECTORY: join(place.path, 'empty'),
      OSO_WAIT: 'false',
    });
    const { code, stderr } = await node.ended;
    expect(code).toBe(4);
    expect(stderr).toContain('GUARD_ENVIRONMENT: the data belong to environment `env1`, but `env2` is configured');
  });
});

test('data of another tenant on disk are no reason not to copy, also when the same is copied, nor to miss any of them', async () => {
  await using place = await openWorkplace(Array.from({ length: 30 }, (_, n) => reader(`u${n}`)));
  const startAs = async (tenant: string) => {
    const node = place.start(['serve', '--json', '--max-shrink', '50%'], { OSO_TENANT: tenant });
    const { origin, snapshot } = await serving(node);
    await end(node);
    return { origin, snapshot };
  };
  await startAs('ten1');
  expect(await startAs('ten2')).toMatchObject({ origin: 'live', snapshot: { facts: 30 } });
  place.cloud.facts = [reader('ann')];
  expect(await startAs('ten3')).toMatchObject({ origin: 'live', snapshot: { facts: 1 } });
});
