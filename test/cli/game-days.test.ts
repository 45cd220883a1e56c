import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { rollback } from '../../src/cli/commands/rollback.ts';
import { createOutput } from '../../src/cli/output.ts';
import { isHelp, parseInvocation } from '../../src/cli/parse-invocation.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import { lockDirectory } from '../../src/generations/lock.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ask, end, mayRead, serving, statusOf, until } from './support/running-node.ts';
import { generationsOf, importOf, jsonOf, openWorkplace, reader } from './support/workplace.ts';

const FAST = { OSO_SYNC_INTERVAL: '1s' };

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
    await place.run(['rollback']);
    expect((await place.run(['unpin'])).stdout).toBe(
      `unpinned ${back.pinned}; the next start serves the newest generation\n`,
    );
    const again = place.start(['serve', '--offline', '--json']);
    expect((await statusOf((await serving(again)).url)).snapshot.id).toBe(newest);
    await end(again);
    const other = await place.run(['rollback', 'nonsense']);
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toMatch(/^GENERATION_NOT_FOUND: there is no generation `nonsense`\n/);
    expect((await place.run(['unpin'])).stdout).toBe('nothing was pinned\n');
  });

  test('a rollback of a directory at rest goes back from what the next start would serve', async () => {
    await using place = await openWorkplace();
    const { generation: first } = jsonOf(await importOf(place, 'ann', 1_700_000_000));
    const { generation: second } = jsonOf(await importOf(place, 'bob', 1_700_000_100));
    const { generation: third } = jsonOf(await importOf(place, 'cid', 1_700_000_200));
    rmSync(join(generationsOf(place), third, 'generation.json'));
    expect(jsonOf(await place.run(['rollback', '--json']))).toMatchObject({ pinned: first });
    // A pin on what is not there any more holds nothing.
    rmSync(join(generationsOf(place), first), { recursive: true });
    const { generation: fourth } = jsonOf(await importOf(place, 'dan', 1_700_000_300));
    expect(jsonOf(await place.run(['status', '--json'], { OSO_PORT: '1' })).snapshot.id).toBe(fourth);
    rmSync(join(generationsOf(place), third), { recursive: true, force: true });
    expect(jsonOf(await place.run(['rollback', '--json']))).toMatchObject({ pinned: second });
  });

  test('a rollback of a directory at rest passes over what belongs to another tenant', async () => {
    await using place = await openWorkplace();
    const { generation: first } = jsonOf(await importOf(place, 'ann', 1_700_000_000));
    await place.run(['export', 'y.snapshot'], { SOURCE_DATE_EPOCH: '1700000100', OSO_TENANT: 'initech' });
    const others = await place.run(['import', 'y.snapshot', '--json', '--allow-environment']);
    await importOf(place, 'bob', 1_700_000_200, ['--allow-environment']);
    expect(jsonOf(await place.run(['rollback', '--json']))).toMatchObject({ pinned: first });
    const { code, stderr } = await place.run(['rollback', jsonOf(others).generation]);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^GUARD_ENVIRONMENT: the generation \S+ belongs to another environment or tenant\nhint: /);
  });

  test('a rollback of a running node to what belongs to another tenant ends like one at rest', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    await place.run(['export', 'y.snapshot'], { SOURCE_DATE_EPOCH: '1700000100', OSO_TENANT: 'initech' });
    const others = await place.run(['import', 'y.snapshot', '--json', '--allow-environment']);
    const node = place.start(['serve', '--offline', '--json']);
    const { url } = await serving(node);
    const { code, stderr } = await place.run(['rollback', jsonOf(others).generation], { OSO_PORT: new URL(url).port });
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /^GUARD_ENVIRONMENT: the node at \S+ refuses: the generation \S+ belongs to tenant `initech`/,
    );
    expect(stderr).toContain('\nhint: a node that is configured for those serves it without a pin');
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

  test('a pin on what is not there any more holds nothing, and import and status say so', async () => {
    await using place = await openWorkplace();
    const { generation: lost } = jsonOf(await importOf(place, 'ann', 1_700_000_000, ['--pin']));
    rmSync(join(generationsOf(place), lost), { recursive: true });
    const warning = `the pinned generation ${lost} cannot be served`;
    const imported = await importOf(place, 'bob', 1_700_000_100);
    expect(imported.stderr).toBe(`warning: ${warning}\n`);
    const { generation, pinned, served } = jsonOf(imported);
    expect([pinned, served]).toEqual([lost, generation]);
    expect((await place.run(['import', 'x.snapshot'])).stdout).not.toContain('served until');
    const status = jsonOf(await place.run(['status', '--json'], { OSO_PORT: '1' }));
    expect(status).toMatchObject({ snapshot: { id: generation }, alarms: [{ kind: 'pin', message: warning }] });
  });

  test('import of older data beside a newer generation that cannot be read says nothing of that as served', async () => {
    await using place = await openWorkplace();
    const { generation: newer } = jsonOf(await importOf(place, 'bob', 1_700_000_100));
    rmSync(join(generationsOf(place), newer, 'generation.json'));
    const { generation, served } = jsonOf(await importOf(place, 'ann', 1_700_000_000, ['--allow-older']));
    expect(served).toBe(generation);
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
    // No hint to stop that process: it may be serving.
    expect(stderr).toMatch(
      /^DIRECTORY_LOCKED: the data directory `.*` is in use by process \d+ on .* \(import\)\nNODE_UNREACHABLE: no node answers at http:\/\/127.0.0.1:1: connection refused\nhint: give/,
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

  test('a rollback of a directory at rest that is interrupted changes nothing', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    await importOf(place, 'bob', 1_700_000_100);
    const args = ['--directory', join(place.path, '.oso')];
    const invocation = parseInvocation(rollback, args, {});
    if (isHelp(invocation)) throw new Error('no help was asked for');
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const output = createOutput({ stdout, stderr, isJson: false, isQuiet: false, env: {} });
    const stopped = new OsoError('INTERRUPTED', 'stopped by SIGINT');
    const signal = AbortSignal.abort(stopped);
    const context = { env: {}, output, clock: new FakeClock(), signal, onHangup: () => {} };
    await expect(rollback.run(invocation, context)).rejects.toBe(stopped);
    expect(jsonOf(await place.run(['status', '--json'], { OSO_PORT: '1' })).pinned).toBe(null);
  });

  test('a start with a pin says so, for it takes no file of --import either', async () => {
    await using place = await openWorkplace();
    const { generation } = jsonOf(await importOf(place, 'ann', 1_700_000_000, ['--pin']));
    place.cloud.facts = [reader('bob')];
    await place.run(['export', 'x.snapshot'], { SOURCE_DATE_EPOCH: '1700000100' });
    const node = place.start(['serve', '--offline', '--import', 'x.snapshot', '--json']);
    const { pinned } = await serving(node);
    expect(pinned).toBe(generation);
    expect((await end(node)).stderr).toContain(
      `warning: ${generation} is pinned: no other data are served, nor taken from a file, until \`oso-fallback unpin\`\n`,
    );
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
    const other = await place.run(['rollback', 'nonsense'], port);
    expect(other).toMatchObject({
      code: 1,
      stderr:
        `GENERATION_NOT_FOUND: the node at ${url} refuses: there is no generation \`nonsense\`\n` +
        'hint: `oso-fallback status` lists those that are there\n',
    });
    const wrong = await place.run(['unpin'], { ...port, OSO_API_TOKEN: 'e_env1_1_other' });
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(/^REQUEST_UNAUTHORIZED: /);
    expect((await place.run(['unpin'], port)).stdout).toBe(
      `unpinned ${back.pinned}; the node at ${url} holds nothing newer back any more\n`,
    );
    expect(await mayRead(url, 'cid')).toBe(true);
  });

  test('the node of another directory is neither changed nor taken for the one of this directory', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    const { generation } = jsonOf(await importOf(place, 'bob', 1_700_000_100));
    await importOf(place, 'ann', 1_700_000_000, ['--directory', 'other']);
    const { generation: others } = jsonOf(await importOf(place, 'cid', 1_700_000_200, ['--directory', 'other']));
    const node = place.start(['serve', '--offline', '--json', '--directory', 'other']);
    const { url } = await serving(node);
    const port = { OSO_PORT: new URL(url).port };
    const lock = lockDirectory(join(place.path, '.oso'), 'serve');
    const back = await place.run(['rollback'], port);
    expect(back).toMatchObject({ code: 6, stdout: '' });
    expect(back.stderr).toMatch(
      /^DIRECTORY_LOCKED: .*\(serve\)\nNODE_UNREACHABLE: the node at \S+ uses another data directory\nhint: give the address/,
    );
    expect((await place.run(['unpin'], port)).code).toBe(6);
    expect(await statusOf(url)).toMatchObject({ pinned: null, snapshot: { id: others } });
    const named = jsonOf(await place.run(['status', '--json', '--directory', '.oso'], port));
    expect(named).toMatchObject({ state: 'at-rest', snapshot: { id: generation } });
    expect(named.reason).toMatch(
      / has it open, and the node at \S+ uses another data directory; name its address with /,
    );
    lock.release();
    // By another way to the same directory it is that node all the same.
    symlinkSync('other', join(place.path, 'link'));
    const linked = jsonOf(await place.run(['status', '--json', '--directory', 'link'], port));
    expect(linked).toMatchObject({ state: 'serving', snapshot: { id: others } });
    // Who names no directory asks whoever answers.
    expect(jsonOf(await place.run(['status', '--json'], port))).toMatchObject({ state: 'serving' });
    expect(jsonOf(await place.run(['rollback', '--json', '--directory', 'link'], port))).toMatchObject({
      running: true,
    });
  });

  test('a node without control plane is told by its token alone, whatever else it was not told', async () => {
    await using place = await openWorkplace();
    const { generation } = jsonOf(await importOf(place, 'ann', 1_700_000_000));
    await importOf(place, 'bob', 1_700_000_100);
    const alone = { OSO_ENVIRONMENT: '', OSO_TENANT: '' };
    const node = place.start(['serve', '--offline', '--json'], alone);
    const { url } = await serving(node);
    const back = await place.run(['rollback', '--json'], { ...alone, OSO_PORT: new URL(url).port });
    expect(jsonOf(back)).toEqual({ pinned: generation, running: true });
  });
});
