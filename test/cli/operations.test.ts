import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockDirectory } from '../../src/generations/lock.ts';
import { ask, end, idle, mayRead, serving, statusOf, until } from './support/running-node.ts';
import { IDENTITY, jsonOf, openWorkplace, reader, TOKEN, type Workplace } from './support/workplace.ts';

const FAST = { OSO_SYNC_INTERVAL: '1s' };

/** Imports data of this second, with this reader. */
async function importOf(place: Workplace, user: string, second: number, flags: readonly string[] = []) {
  place.cloud.facts = [reader(user)];
  await place.run(['export', 'x.snapshot'], { SOURCE_DATE_EPOCH: String(second) });
  return await place.run(['import', 'x.snapshot', '--json', ...flags]);
}

const generationsOf = (place: Workplace) => join(place.path, '.oso', 'generations');

describe('stale data', () => {
  const OLD = { OSO_MAX_AGE: '1h' };

  test.each([
    ['serve', 200, 200],
    ['unready', 503, 200],
    ['refuse', 503, 503],
  ])(
    'with --on-stale %s: readiness %i, API %i, an alarm always, and the process is alive',
    async (word, ready, api) => {
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
      const { alarms, staleness } = await until(
        () => statusOf(url),
        (status) => status.alarms.length > 0,
      );
      expect(alarms).toMatchObject([{ kind: 'stale' }]);
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

describe('game days', () => {
  test('rollback and unpin change a directory at rest, and a pin survives restarts', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    const { generation: newest } = jsonOf(await importOf(place, 'bob', 1_700_000_100));
    const back = jsonOf(await place.run(['rollback', '--json']));
    expect(back).toMatchObject({ pinned: expect.stringMatching(/^20231114T221320/), running: false });
    const node = place.start(['serve', '--offline', '--json']);
    const { url } = await serving(node);
    expect([await mayRead(url, 'ann'), await mayRead(url, 'bob')]).toEqual([true, false]);
    expect((await statusOf(url)).pinned).toBe(back.pinned);
    expect((await ask(url, '/metrics')).text).toContain('\noso_fallback_pinned 1\n');
    await end(node);
    expect((await place.run(['status'], { OSO_PORT: '1' })).stdout).toContain(`pinned       ${back.pinned}, whatever`);
    expect(jsonOf(await place.run(['unpin', '--json']))).toEqual({ unpinned: back.pinned, running: false });
    const again = place.start(['serve', '--offline', '--json']);
    expect((await statusOf((await serving(again)).url)).snapshot.id).toBe(newest);
    await end(again);
    const other = await place.run(['rollback', 'nonsense']);
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toMatch(/^GENERATION_NOT_FOUND: there is no generation `nonsense`\n/);
    expect((await place.run(['unpin'])).stdout).toBe('nothing was pinned\n');
  });

  test('import --pin serves older data, and says so', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'bob', 1_700_000_100);
    const { generation, pinned } = jsonOf(await importOf(place, 'ann', 1_700_000_000, ['--pin', '--allow-older']));
    expect(pinned).toBe(generation);
    const node = place.start(['serve', '--offline', '--json']);
    expect(await mayRead((await serving(node)).url, 'ann')).toBe(true);
  });

  test('import of older data without --pin says what is served instead, and how to change that', async () => {
    await using place = await openWorkplace();
    const { generation: newer, served } = jsonOf(await importOf(place, 'bob', 1_700_000_100));
    expect(served).toBe(newer);
    const older = jsonOf(await importOf(place, 'ann', 1_700_000_000, ['--allow-older']));
    expect(older).toMatchObject({ pinned: null, served: newer });
    const again = await place.run(['import', 'x.snapshot', '--allow-older']);
    expect(again.stdout).toContain(
      `\nnot served: ${newer} is newer; to serve these, run \`oso-fallback rollback ${older.generation}\`\n`,
    );
    expect((await place.run(['rollback', older.generation])).code).toBe(0);
    const node = place.start(['serve', '--offline', '--json']);
    expect(await mayRead((await serving(node)).url, 'ann')).toBe(true);
    await end(node);
  });

  test('import of other data of the same time is refused; allowed, it says which of them are served', async () => {
    await using place = await openWorkplace();
    const { generation: first } = jsonOf(await importOf(place, 'ann', 1_700_000_000));
    const refused = await importOf(place, 'dan', 1_700_000_000);
    expect(refused.code).toBe(5);
    expect(jsonOf(refused).error).toMatchObject({
      code: 'GUARD_OLDER',
      hint: 'to take them anyway, pass --allow-older',
    });
    const { stdout, stderr } = await place.run(['import', 'x.snapshot', '--allow-older']);
    expect(stdout).toContain(`\nnot served: ${first} is of the same time; to serve these, run `);
    expect(stderr).toBe('warning: data of the same time 2023-11-14T22:13:20Z came with other content than before\n');
  });

  test('of a directory that another process has, whose node does not answer, are refused with both reasons', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    const lock = lockDirectory(join(place.path, '.oso'), 'import');
    const { code, stderr } = await place.run(['rollback'], { OSO_PORT: '1' });
    lock.release();
    expect(code).toBe(6);
    expect(stderr).toMatch(/^DIRECTORY_LOCKED: the data directory `.*` is in use by process \d+ on .* \(import\)\n/);
    expect(stderr).toContain(
      '\nNODE_UNREACHABLE: no node answers at http://127.0.0.1:1: connection refused\nhint: give',
    );
  });

  test('a rollback to what is damaged says how to find another', async () => {
    await using place = await openWorkplace();
    const { generation } = jsonOf(await importOf(place, 'ann', 1_700_000_000));
    await importOf(place, 'bob', 1_700_000_100);
    writeFileSync(join(generationsOf(place), generation, 'policy.polar'), '');
    const { code, stderr } = await place.run(['rollback']);
    expect(code).toBe(1);
    expect(stderr).toContain('\nhint: name another one: `oso-fallback status` lists those that are there\n');
  });

  test('a running node is asked: it swaps at once, goes on copying without a swap, and comes back', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    place.cloud.facts = [reader('bob')];
    const node = place.start(['serve', '--json'], FAST);
    const { url } = await serving(node);
    await until(
      () => mayRead(url, 'bob'),
      (allowed) => allowed,
    );
    const port = { OSO_PORT: new URL(url).port };
    const back = jsonOf(await place.run(['rollback', '--json'], port));
    expect(back.running).toBe(true);
    expect([await mayRead(url, 'ann'), await mayRead(url, 'bob')]).toEqual([true, false]);
    place.cloud.facts = [reader('cid')];
    await until(
      () => statusOf(url),
      (status) => status.generations.length === 3,
    );
    expect(await mayRead(url, 'ann')).toBe(true);
    const wrong = await place.run(['unpin'], { ...port, OSO_API_TOKEN: 'e_env1_1_other' });
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(/^REQUEST_UNAUTHORIZED: /);
    expect((await place.run(['unpin'], port)).stdout).toContain(`unpinned ${back.pinned}; the newest`);
    expect(await mayRead(url, 'cid')).toBe(true);
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

test('a node that drains copies nothing any more, and says so; what is pinned can still be changed', async () => {
  await using place = await openWorkplace();
  const node = place.start(['serve', '--json'], { OSO_DRAIN: '60s', OSO_LOG_LEVEL: 'info' });
  const { url } = await serving(node);
  await idle(url);
  const { id } = (await statusOf(url)).snapshot;
  expect((await ask(url, `/-/rollback?generation=${id}`, { method: 'POST' })).status).toBe(200);
  node.kill('SIGTERM');
  await node.said('draining');
  expect(await ask(url, '/-/sync', { method: 'POST' })).toMatchObject({
    status: 503,
    text: '{"message":"the node is shutting down"}',
  });
  node.kill('SIGHUP');
  await node.said('"sync":"stopping"');
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

describe('a data directory that is used although something is wrong with it', () => {
  test('import succeeds when only an old generation cannot be removed, and says so', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    place.cloud.facts = [reader('bob')];
    await place.run(['export', 'y.snapshot']);
    place.write(
      'stuck.mjs',
      `import fs from 'node:fs';
       import { syncBuiltinESMExports } from 'node:module';
       const { rename } = fs.promises;
       fs.promises.rename = async (from, to) => {
         if (to.includes('removing-')) throw Object.assign(new Error('stuck'), { code: 'EPERM' });
         await rename(from, to);
       };
       syncBuiltinESMExports();`,
    );
    const result = await place.run(['import', 'y.snapshot', '--keep', '1', '--json'], {
      NODE_OPTIONS: `--import ${join(place.path, 'stuck.mjs')}`,
    });
    expect(result).toMatchObject({ code: 0, stderr: expect.stringMatching(/warning: .*tidied up: cannot remove/u) });
    const { generation, served } = jsonOf(result);
    expect(served).toBe(generation);
    const { generations } = jsonOf(await place.run(['status', '--json'], { OSO_PORT: '1' }));
    expect(generations).toMatchObject([{ id: generation }, {}]);
  });

  test.each([
    [['import', 'x.snapshot'], 0],
    [['rollback'], 1],
    [['unpin'], 0],
  ])('%j says that what was pinned is not known any more, and who can look into it', async (args, code) => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000, ['--pin']);
    const path = join(place.path, '.oso');
    chmodSync(path, 0o755);
    writeFileSync(join(path, 'state.json'), '{"formatVersion":1');
    const problem = `\`${join(path, 'state.json')}\` is damaged and was ignored: `;
    const status = jsonOf(await place.run(['status', '--json'], { OSO_PORT: '1' }));
    expect(status.alarms).toMatchObject([{ kind: 'damage', message: expect.stringContaining(problem) }]);
    const result = await place.run(args);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(
      `warning: other users can look into the data directory \`${path}\`; mode 0700 prevents that\nwarning: ${problem}`,
    );
    const again = await place.run(['unpin', '--quiet']);
    expect(again).toMatchObject({ code: 0, stderr: '' });
  });

  test('a node says who can look into it', async () => {
    await using place = await openWorkplace();
    mkdirSync(join(place.path, '.oso'));
    chmodSync(join(place.path, '.oso'), 0o755);
    const node = place.start(['serve', '--json']);
    await serving(node);
    expect((await end(node)).stderr).toContain('warning: other users can look into the data directory');
  });
});

describe('damage under a running node', () => {
  test('a flipped byte is found in the next cycle, put aside, and the data are copied anew without an entity tag', async () => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json'], FAST);
    const { url } = await serving(node);
    const { snapshot } = await statusOf(url);
    const index = join(generationsOf(place), snapshot.id, 'facts.index');
    const bytes = readFileSync(index);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(index, bytes);
    const status = await until(
      () => statusOf(url),
      (now) => now.snapshot.id !== snapshot.id,
    );
    expect(status.quarantined).toEqual([snapshot.id]);
    expect(status.alarms).toMatchObject([{ kind: 'damage' }]);
    expect(await mayRead(url, 'ann')).toBe(true);
    expect((await ask(url, '/readyz')).status).toBe(200);
    const tags = place.cloud.requests
      .filter(({ path }) => path === '/api/facts')
      .map(({ headers }) => headers.get('if-none-match'));
    expect(tags[0]).toBeUndefined();
    expect(tags.filter((tag) => tag === undefined)).toHaveLength(2);
  });

  test('a data directory that was deleted is made anew, locked, and filled', async () => {
    await using place = await openWorkplace();
    const node = place.start(['serve', '--json'], FAST);
    const { url } = await serving(node);
    const { clientId } = await statusOf(url);
    renameSync(join(place.path, '.oso'), join(place.path, 'gone'));
    rmSync(join(place.path, 'gone'), { recursive: true });
    await until(
      async () => (existsSync(generationsOf(place)) ? readdirSync(generationsOf(place)) : []),
      (names) => names.filter((name) => !name.startsWith('.')).length === 1,
    );
    await until(
      () => statusOf(url),
      ({ alarms, generations }) => alarms.length > 0 && generations.length === 1,
    );
    expect(await mayRead(url, 'ann')).toBe(true);
    expect((await place.run(['import', 'none.snapshot'])).code).toBe(6);
    await end(node);
    await place.cloud.close();
    const again = place.start(['serve', '--json']);
    const { url: second, origin } = await serving(again);
    expect(origin).toBe('persisted');
    expect((await statusOf(second)).clientId).toBe(clientId);
  });
});
