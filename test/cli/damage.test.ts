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
import { ask, end, mayRead, serving, statusOf, until } from './support/running-node.ts';
import { generationsOf, importOf, jsonOf, openWorkplace, reader } from './support/workplace.ts';

const FAST = { OSO_SYNC_INTERVAL: '1s' };

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

  test('status tells what a newer version wrote, and what is damaged, apart', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    await importOf(place, 'bob', 1_700_000_100);
    const [newer = '', older = ''] = readdirSync(generationsOf(place)).sort().reverse();
    const fileOf = (id: string) => join(generationsOf(place), id, 'generation.json');
    writeFileSync(fileOf(newer), '{"formatVersion":2}');
    writeFileSync(fileOf(older), '');
    const { stdout } = await place.run(['status'], { OSO_PORT: '1' });
    expect(stdout).toContain(`  ${newer}  SNAPSHOT_NEWER: the generation was written in format 2, newer than 1\n`);
    expect(stdout).toContain(`  ${older}  INDEX_INVALID: \`${fileOf(older)}\` is damaged: it is not JSON\n`);
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

  test('of all generations ends a start without control plane with what is wrong with each, and a file of --import begins anew', async () => {
    await using place = await openWorkplace();
    const ids: string[] = [];
    for (const second of [1_700_000_000, 1_700_000_060]) {
      ids.push(jsonOf(await importOf(place, 'ann', second)).generation);
    }
    for (const id of ids) writeFileSync(join(generationsOf(place), id, 'facts.index'), '');
    const env = { OSO_URL: 'http://127.0.0.1:9' };
    const { code, stderr } = await place.run(['serve'], env);
    expect(code).toBe(4);
    for (const id of ids) expect(stderr).toContain(join(id, 'facts.index'));
    expect(stderr).toContain('; INDEX_INVALID: ');
    const node = place.start(['serve', '--import', 'x.snapshot', '--json'], env);
    expect((await serving(node)).origin).toBe('imported');
    await end(node);
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
