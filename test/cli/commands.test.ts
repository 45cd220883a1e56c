import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { lockDirectory } from '../../src/generations/lock.ts';
import { goodMembers, member, sealedTar } from '../snapshot/support/craft-snapshot.ts';
import { FACTS } from '../snapshot/support/sample-snapshot.ts';
import { generationsOf, jsonOf, openWorkplace, POLICY, reader } from './support/workplace.ts';

const ENTRY = fileURLToPath(new URL('../../dist/bin/oso-fallback.js', import.meta.url));

describe('export', () => {
  test('writes a file that verifies, and says what is in it', async () => {
    await using place = await openWorkplace([reader('ann'), reader('bob'), reader('ann')]);
    const exported = await place.run(['export', 'a.snapshot']);
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    expect(exported.stdout).toMatch(
      /^exported 2 facts of environment env1 \(tenant ten1\), taken at .*Z\na\.snapshot: .*, read back and verified\n$/,
    );
    expect(readdirSync(place.path)).toEqual(['a.snapshot']);
    const verified = await place.run(['verify', 'a.snapshot']);
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    expect(verified.stdout).toContain('environment  env1 of tenant ten1\n');
    expect(verified.stdout).toContain('1 test, 2 assertions, all passed\n');
    expect(verified.stdout).toContain('facts        2\n             2  has_role(User,String,Repo)\n');
  });

  test('in the spelling of the container image, with JSON', async () => {
    await using place = await openWorkplace();
    const exported = await place.run(['--export', 'a.snapshot', '--json']);
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    expect(jsonOf(exported)).toMatchObject({ file: 'a.snapshot', environment: 'env1', tenant: 'ten1', facts: 1 });
  });

  test('gives the same bytes for the same data and SOURCE_DATE_EPOCH', async () => {
    await using place = await openWorkplace();
    const epoch = { SOURCE_DATE_EPOCH: '1700000000' };
    await place.run(['export', 'a.snapshot'], epoch);
    await place.run(['export', 'b.snapshot', '--quiet'], epoch);
    const [a, b] = ['a.snapshot', 'b.snapshot'].map((name) => readFileSync(join(place.path, name)));
    expect(a?.equals(b ?? Buffer.of())).toBe(true);
    expect(jsonOf(await place.run(['verify', 'a.snapshot', '--json'])).manifest.takenAt).toBe('2023-11-14T22:13:20Z');
  });

  test('refuses a SOURCE_DATE_EPOCH that is no number', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['export', 'a.snapshot'], { SOURCE_DATE_EPOCH: 'today' });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toBe('CONFIG_INVALID: `SOURCE_DATE_EPOCH` must be whole seconds since 1970, not `today`\n');
  });

  test('to stdout gives the snapshot there and the result on stderr', async () => {
    await using place = await openWorkplace();
    const env = { PATH: process.env['PATH'], ...place.env };
    const options = { cwd: place.path, env, encoding: 'buffer' as const };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [ENTRY, 'export', '-', '--json'], options);
    expect(JSON.parse(stderr.toString())).toMatchObject({ file: '-', facts: 1 });
    writeFileSync(join(place.path, 'b.snapshot'), stdout);
    expect(await place.run(['verify', 'b.snapshot', '--quiet'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(await place.run(['verify', '-'], {}, stdout)).toMatchObject({ code: 0, stderr: '' });
    expect(await place.run(['import', '-'], {}, stdout)).toMatchObject({ code: 0, stderr: '' });
  });

  test('starts over when the policy changes meanwhile', async () => {
    await using place = await openWorkplace();
    const changed = JSON.stringify({ policy: { filename: null, src: 'actor User {}' } });
    place.cloud.script('/api/policy', { body: changed });
    expect(await place.run(['export', 'a.snapshot'])).toMatchObject({ code: 0 });
    expect(place.cloud.requests.map(({ path }) => path)).toEqual([
      '/api/policy',
      '/api/facts',
      '/api/policy',
      '/api/policy',
      '/api/facts',
      '/api/policy',
    ]);
    expect((await place.run(['verify', 'a.snapshot'])).stdout).toContain('1 test, 2 assertions, all passed');
  });
});

describe('verify', () => {
  test('a policy whose tests fail is not valid, and the data are described all the same', async () => {
    await using place = await openWorkplace();
    place.cloud.policy = POLICY.replace('assert_not allow', 'assert allow');
    await place.run(['export', 'a.snapshot']);
    const result = await place.run(['verify', 'a.snapshot', '--json']);
    expect(result.code).toBe(3);
    expect(jsonOf(result)).toMatchObject({
      valid: false,
      error: { code: 'SNAPSHOT_POLICY' },
      errors: [{ code: 'SNAPSHOT_POLICY' }],
      policy: { success: false, tests: [{ name: 'readers read', passed: 1, total: 2 }] },
    });
    expect(result.stderr).toContain('SNAPSHOT_POLICY: test `readers read`, policy.polar:6:');
  });

  test('every flipped bit of the file is found', async () => {
    await using place = await openWorkplace();
    await place.run(['export', 'a.snapshot']);
    const bytes = readFileSync(join(place.path, 'a.snapshot'));
    const places = Array.from({ length: 6 }, (_, n) => Math.floor(((n + 0.5) * bytes.length) / 6));
    const results = await Promise.all(
      places.map((at) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ 0x10;
        return place.run(['verify', place.write(`${at}.snapshot`, damaged), '--quiet']);
      }),
    );
    for (const result of results) expect(result).toMatchObject({ code: 3, stdout: '' });
  });
});

test('a snapshot of a newer format is not called damaged: the exit code of verify and import is another one', async () => {
  await using place = await openWorkplace();
  const [manifest, ...members] = goodMembers(FACTS);
  const newer = manifest.body.toString().replace('"formatVersion": 1', '"formatVersion": 2');
  const tar = sealedTar([member('manifest.json', newer), ...members]);
  place.write('newer.snapshot', tar);
  place.write('damaged.snapshot', tar.subarray(1));
  for (const command of ['verify', 'import']) {
    expect(await place.run([command, 'newer.snapshot'])).toMatchObject({
      code: 1,
      stderr:
        'SNAPSHOT_NEWER: `newer.snapshot`: it has format version 2; this program reads up to version 1\n' +
        'hint: use the version of oso-fallback that wrote it, or a newer one\n',
    });
    expect((await place.run([command, 'damaged.snapshot'])).code).toBe(3);
  }
});

describe('import', () => {
  test('makes a generation, and status of the directory at rest describes it', async () => {
    await using place = await openWorkplace();
    await place.run(['export', 'a.snapshot']);
    const imported = await place.run(['import', 'a.snapshot', '--json']);
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    const { generation } = jsonOf(imported);
    const status = jsonOf(await place.run(['status', '--json'], { OSO_PORT: '1' }));
    expect(status).toMatchObject({
      state: 'at-rest',
      origin: 'persisted',
      environment: 'env1',
      tenant: 'ten1',
      snapshot: { id: generation, facts: 1 },
      sync: null,
      generations: [{ id: generation, facts: 1 }],
      quarantined: [],
    });
    expect(status.size.diskBytesAsked).toBe(3 * status.size.bytes);
    const text = (await place.run(['status'], { OSO_PORT: '1' })).stdout;
    expect(text).toContain('state        at-rest\nenvironment  env1 of tenant ten1\norigin       persisted\n');
    expect(text).toMatch(/size {9}1 facts, .* give the disk at least /);
  });

  test('status of a directory that a process has open, but does not answer for, says so', async () => {
    await using place = await openWorkplace();
    await place.run(['export', 'a.snapshot']);
    await place.run(['import', 'a.snapshot']);
    const lock = lockDirectory(join(place.path, '.oso'), 'serve');
    const { stdout } = await place.run(['status'], { OSO_PORT: '1' });
    lock.release();
    expect(stdout.split('\n')[0]).toBe(
      `state        at-rest: process ${process.pid} on ${hostname()} (serve) has it open, and no node answers at ` +
        'http://127.0.0.1:1: connection refused; name its address with --url or --port',
    );
  });

  test('refuses another environment, older data and too much missing, each with its way around', async () => {
    await using place = await openWorkplace([reader('ann'), reader('bob'), reader('cid')]);
    await place.run(['export', 'old.snapshot'], { SOURCE_DATE_EPOCH: '1700000000' });
    place.cloud.facts = [reader('ann'), reader('bob'), reader('dan')];
    await place.run(['export', 'new.snapshot'], { SOURCE_DATE_EPOCH: '1800000000' });
    place.cloud.facts = [reader('ann')];
    await place.run(['export', 'small.snapshot'], { SOURCE_DATE_EPOCH: '1900000000' });

    const foreign = await place.run(['import', 'new.snapshot'], { OSO_TENANT: 'ten2' });
    expect(foreign).toMatchObject({ code: 5, stdout: '' });
    expect(foreign.stderr).toMatch(/^GUARD_ENVIRONMENT: the data belong to tenant `ten1`, but `ten2` is configured/);

    expect((await place.run(['import', 'new.snapshot'])).code).toBe(0);
    const older = await place.run(['import', 'old.snapshot']);
    expect(older).toMatchObject({ code: 5, stdout: '' });
    expect(older.stderr).toMatch(
      /^GUARD_OLDER: the data are from 2023-.*, but this directory already had data from 2027-/,
    );

    const small = await place.run(['import', 'small.snapshot', '--max-shrink', '50%']);
    expect(small).toMatchObject({ code: 5, stdout: '' });
    expect(small.stderr).toMatch(/^GUARD_SHRINK: the data have 1 facts instead of 3, a loss of more than 50 %/);

    expect((await place.run(['import', 'old.snapshot', '--allow-older'])).code).toBe(0);
    expect((await place.run(['import', 'small.snapshot', '--max-shrink', '90%'])).code).toBe(0);
    expect((await place.run(['import', 'new.snapshot', '--allow-environment', '--allow-older'])).code).toBe(0);
  });

  test('refuses too much missing also while the newest data cannot be read', async () => {
    await using place = await openWorkplace([reader('ann'), reader('bob'), reader('cid')]);
    await place.run(['export', 'a.snapshot'], { SOURCE_DATE_EPOCH: '1700000000' });
    await place.run(['import', 'a.snapshot']);
    await place.run(['export', 'b.snapshot'], { SOURCE_DATE_EPOCH: '1700000100' });
    const { generation } = jsonOf(await place.run(['import', 'b.snapshot', '--json']));
    rmSync(join(generationsOf(place), generation, 'generation.json'));
    place.cloud.facts = [reader('ann')];
    await place.run(['export', 'c.snapshot'], { SOURCE_DATE_EPOCH: '1700000200' });
    const refused = await place.run(['import', 'c.snapshot', '--max-shrink', '50%', '--json']);
    expect(refused.code).toBe(5);
    expect(jsonOf(refused).error.code).toBe('GUARD_SHRINK');
  });

  test('refuses a part that is none', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['import', 'a', '--max-shrink', 'half']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toBe('CONFIG_INVALID: `--max-shrink` must be a percentage from 0% to 100%, not `half`\n');
  });

  test('keeps the newest generations and no more', async () => {
    await using place = await openWorkplace();
    for (const seconds of ['1700000000', '1700000001', '1700000002']) {
      await place.run(['export', 'a.snapshot'], { SOURCE_DATE_EPOCH: seconds });
      await place.run(['import', 'a.snapshot', '--keep', '2']);
    }
    const { generations } = jsonOf(await place.run(['status', '--json'], { OSO_PORT: '1' }));
    expect(generations.map(({ takenAt }: { takenAt: string }) => takenAt)).toEqual([
      '2023-11-14T22:13:22.000Z',
      '2023-11-14T22:13:21.000Z',
    ]);
  });
});

describe('test', () => {
  test('passes, in words and in the shape of the API', async () => {
    await using place = await openWorkplace();
    place.write('p.polar', POLICY);
    expect(await place.run(['test', 'p.polar'])).toMatchObject({
      code: 0,
      stdout: 'ok    readers read (2)\n\n1 test, 2 assertions, all passed\n',
      stderr: '',
    });
    const result = await place.run(['test', 'p.polar', '--json']);
    expect(jsonOf(result)).toEqual({
      success: true,
      errors: [],
      tests: [{ name: 'readers read', passed: 2, total: 2 }],
    });
  });

  test('several files are one policy', async () => {
    await using place = await openWorkplace();
    const [rules = '', tests = ''] = POLICY.split(/(?=test )/);
    place.write('rules.polar', rules);
    place.write('tests.polar', tests);
    expect((await place.run(['test', 'tests.polar', 'rules.polar'])).code).toBe(0);
  });

  test('a failing assertion is shown with its place, and the exit code is 3', async () => {
    await using place = await openWorkplace();
    place.write('p.polar', POLICY.replace('assert_not', 'assert'));
    const result = await place.run(['test', 'p.polar']);
    expect(result).toMatchObject({ code: 3, stderr: '' });
    expect(result.stdout).toContain('FAIL  readers read (1 of 2)\n');
    expect(result.stdout).toContain('p.polar:6:');
    expect(result.stdout).toContain('1 test, 2 assertions, 1 failed\n');
    const quiet = await place.run(['test', 'p.polar', '--quiet']);
    expect(quiet).toMatchObject({ code: 3, stdout: '' });
    expect(quiet.stderr).toContain('p.polar:6:');
  });

  test('a policy that is not valid runs no test', async () => {
    await using place = await openWorkplace();
    place.write('p.polar', 'actor User {');
    const result = await place.run(['test', 'p.polar', '--json']);
    expect(result.code).toBe(3);
    expect(jsonOf(result)).toMatchObject({ success: false, errors: [{ error_type: 'ValidationFailed' }], tests: [] });
    const human = await place.run(['test', 'p.polar']);
    expect(human.stdout).toContain('POLAR_SYNTAX: ');
    expect(human.stdout).toContain('the policy is not valid; no test was run\n');
  });

  test('warnings go to stderr and change nothing else', async () => {
    await using place = await openWorkplace();
    place.write('p.polar', `${POLICY}f(x: User, y: User) if has_role(x, "reader", Repo{"r"});\n`);
    const result = await place.run(['test', 'p.polar', '--json']);
    expect(result.code).toBe(0);
    expect(jsonOf(result).success).toBe(true);
    expect(result.stderr).toMatch(/^warning: POLAR_\w+: /);
  });

  test('a file that is not there, or no text', async () => {
    await using place = await openWorkplace();
    expect(await place.run(['test', 'none.polar'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'DIRECTORY_UNUSABLE: cannot read `none.polar`: no such file or directory\n',
    });
    place.write('p.polar', Buffer.of(0xff, 0xfe));
    expect(await place.run(['test', 'p.polar'])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: 'POLICY_INVALID: `p.polar` is not UTF-8 text\n',
    });
  });
});

describe('dev-server', () => {
  test('starts with policy and facts, takes no unknown OSO_ variables ill, and can be exported from', async () => {
    await using place = await openWorkplace();
    place.write('p.polar', POLICY);
    place.write('facts.jsonl', '["has_role","User","ann","String","reader","Repo","r1"]\n');
    const dev = place.start(['dev-server', 'p.polar', '--facts', 'facts.jsonl', '--port', '0', '--json'], {
      OSO_X: '1',
    });
    const { url, apiKey, environment, facts } = await dev.event('listening');
    expect(facts).toBe(1);
    const env = { OSO_API_TOKEN: String(apiKey), OSO_ENVIRONMENT: String(environment), OSO_URL: String(url) };
    const exported = await place.run(['export', 'a.snapshot', '--json'], env);
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    expect(jsonOf(exported)).toMatchObject({ environment: '0123456789', facts: 1 });
    dev.kill('SIGTERM');
    expect(await dev.ended).toMatchObject({ code: 0 });
  });

  test.each([
    ['the flag', ['--sql-dialect', 'mysql'], {}],
    ['the variable', [], { OSO_SQL_DIALECT: 'mysql' }],
  ])('writes SQL for the database that %s names', async (_, flags, env) => {
    await using place = await openWorkplace();
    place.write('p.polar', POLICY);
    const dev = place.start(['dev-server', 'p.polar', '--port', '0', '--json', ...flags], env);
    const { url, apiKey } = await dev.event('listening');
    const asked = await fetch(`${url}/api/actions_query`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        query: { actor_type: 'User', actor_id: 'ann', resource_type: 'Repo', resource_id: 'r1' },
        data_bindings: 'facts:\n',
      }),
    });
    expect(await asked.json()).toMatchObject({ sql: expect.stringContaining('CAST(NULL AS CHAR) AS actions') });
    dev.kill('SIGTERM');
    expect(await dev.ended).toMatchObject({ code: 0 });
  });

  test('refuses a policy with errors, a wrong fact, a wrong port and an unknown database', async () => {
    await using place = await openWorkplace();
    place.write('bad.polar', 'actor User {');
    place.write('facts.jsonl', '["has_role","User"]\n');
    const policy = await place.run(['dev-server', 'bad.polar', '--port', '0']);
    expect(policy).toMatchObject({ code: 3, stdout: '' });
    expect(policy.stderr).toContain('bad.polar:1:');
    const facts = await place.run(['dev-server', '--facts', 'facts.jsonl', '--port', '0']);
    expect(facts).toMatchObject({ code: 3, stdout: '' });
    expect(facts.stderr).toMatch(/^FACT_INVALID: /);
    const port = await place.run(['dev-server', '--port', 'x']);
    expect(port).toMatchObject({ code: 2, stdout: '' });
    expect(port.stderr).toBe('CONFIG_INVALID: `--port` must be a whole number from 0 to 65535, not `x`\n');
    const dialect = await place.run(['dev-server', '--sql-dialect', 'oracle']);
    expect(dialect).toMatchObject({ code: 2, stdout: '' });
    expect(dialect.stderr).toBe(
      'CONFIG_INVALID: `--sql-dialect` must be one of `postgresql`, `mysql`, `sqlite`, not `oracle`\n',
    );
  });
});

describe('help and version', () => {
  test('the program, every command, and the version', async () => {
    await using place = await openWorkplace();
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await place.run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await place.run(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const name of ['serve', 'export', 'import', 'status', 'verify', 'test', 'dev-server']) {
      expect(help.stdout).toContain(`\n  ${name} `);
      const own = await place.run([name, '--help']);
      expect(own).toMatchObject({ code: 0, stderr: '' });
      expect(own.stdout).toContain(`Usage: oso-fallback ${name} `);
      for (const flag of ['--json', '--quiet', '--help']) expect(own.stdout).toContain(flag);
    }
  });

  test('help of `serve` describes every setting, its variable and its default', async () => {
    await using place = await openWorkplace();
    const { stdout } = await place.run(['help', 'serve']);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toContain('--sync-interval <DURATION> time between two copies, ±10 % [OSO_SYNC_INTERVAL; 30m]');
    expect(text).toContain('[OSO_CLIENT_ID; random UUID, kept in the data directory]');
  });
});
