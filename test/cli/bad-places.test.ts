import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openWorkplace } from './support/workplace.ts';

const ENTRY = fileURLToPath(new URL('../../dist/bin/oso-fallback.js', import.meta.url));

describe('places', () => {
  test('an export into a directory that does not exist', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['export', 'nowhere/a.snapshot']);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toBe('DIRECTORY_UNUSABLE: cannot write `nowhere`: no such file or directory\n');
  });

  test.runIf(process.platform === 'linux').each([
    [
      'that is full',
      '> /dev/full',
      'NO_SPACE: cannot write `-`: the disk is full\nhint: free some space, or use a larger disk\n1\n',
    ],
    ['that nobody reads', '| true', '1\n'],
  ])('an export to a stdout %s', async (_, redirection, said) => {
    await using place = await openWorkplace();
    // Writes until nothing can be written: only then has who does not read gone.
    const fill = 'while printf x; do :; done 2>/dev/null';
    const command = `(trap '' PIPE; ${fill}; "${process.execPath}" "${ENTRY}" export -; echo $? >&2) ${redirection}`;
    const child = spawn('sh', ['-c', command], { cwd: place.path, env: { ...place.env, PATH: process.env['PATH'] } });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    await once(child, 'close');
    expect(stderr).toBe(said);
    expect(readdirSync(place.path)).toEqual([]);
  });

  test.runIf(process.platform === 'linux')(
    'an export whose result cannot be written: the file is good and stays',
    async () => {
      await using place = await openWorkplace();
      const command = `"${process.execPath}" "${ENTRY}" export a.snapshot > /dev/full; echo $? >&2`;
      const child = spawn('sh', ['-c', command], { cwd: place.path, env: { ...place.env, PATH: process.env['PATH'] } });
      let stderr = '';
      child.stderr.on('data', (text) => {
        stderr += text;
      });
      await once(child, 'close');
      expect(stderr).toBe(
        'NO_SPACE: cannot write `stdout`: the disk is full\n' +
          'hint: the command itself went on to its end: only what it says is missing\n1\n',
      );
      expect(readdirSync(place.path)).toEqual(['a.snapshot']);
      expect(await place.run(['verify', 'a.snapshot'])).toMatchObject({ code: 0 });
    },
  );

  test.each(['rollback', 'unpin'])('%s without a directory and without a node', async (command) => {
    await using place = await openWorkplace();
    const result = await place.run([command]);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toBe(
      'DIRECTORY_UNUSABLE: cannot open `./.oso`: no such file or directory\n' +
        'hint: give the data directory with `--directory`, or the address of a running node with `--url`\n',
    );
    const nobody = await place.run([command, '--url', 'http://127.0.0.1:1']);
    expect(nobody.stderr).toMatch(/^NODE_UNREACHABLE: .*\nhint: give the data directory .*`--url`\n$/u);
  });

  test.each(['rollback', 'unpin'])(
    '%s in a folder that is no data directory changes nothing there',
    async (command) => {
      await using place = await openWorkplace();
      mkdirSync(join(place.path, '.oso'));
      const result = await place.run([command]);
      expect(result).toMatchObject({ code: 1, stdout: '' });
      expect(result.stderr).toBe(
        'DIRECTORY_UNUSABLE: `./.oso` is no data directory: it has no place for generations\n' +
          'hint: give the data directory with `--directory`, or the address of a running node with `--url`\n',
      );
      expect(readdirSync(join(place.path, '.oso'))).toEqual([]);
    },
  );

  test.each([
    ['no snapshot', 'hello'],
    ['empty', ''],
  ])('an import of a file that is %s creates nothing', async (_, content) => {
    await using place = await openWorkplace();
    place.write('a.snapshot', content);
    expect(await place.run(['import', 'a.snapshot'])).toMatchObject({ code: 3 });
    expect(await place.run(['import', 'nothing.snapshot'])).toMatchObject({ stdout: '' });
    expect(readdirSync(place.path)).toEqual(['a.snapshot']);
  });

  test('an import that a guard refuses creates no directory, and leaves one that was there', async () => {
    await using place = await openWorkplace();
    await place.run(['export', 'a.snapshot']);
    const other = { OSO_TENANT: 'ten2' };
    expect(await place.run(['import', 'a.snapshot'], other)).toMatchObject({ code: 5 });
    expect(readdirSync(place.path)).toEqual(['a.snapshot']);
    mkdirSync(join(place.path, '.oso'));
    expect(await place.run(['import', 'a.snapshot'], other)).toMatchObject({ code: 5 });
    expect(readdirSync(place.path)).toEqual(['.oso', 'a.snapshot']);
  });

  test('an export onto a directory', async () => {
    await using place = await openWorkplace();
    mkdirSync(join(place.path, 'a.snapshot'));
    const result = await place.run(['export', 'a.snapshot']);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/^DIRECTORY_UNUSABLE: .*`a\.snapshot`/);
    expect(readdirSync(place.path)).toEqual(['a.snapshot']);
    // Not after a copy of everything.
    expect(place.cloud.requests).toEqual([]);
  });

  test.runIf(process.platform === 'linux')('an export to a pipe by its name', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['export', '/dev/fd/1']);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toBe(
      'DIRECTORY_UNUSABLE: cannot write `/dev/fd/1`: it is a pipe or device, not a file\nhint: `-` writes to stdout\n',
    );
    expect(place.cloud.requests).toEqual([]);
  });

  test('a data directory that is a file', async () => {
    await using place = await openWorkplace();
    place.write('data', 'x');
    const result = await place.run(['serve', '--directory', 'data']);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^DIRECTORY_UNUSABLE: `data` is a file, not a directory/);
  });

  test('a data directory whose parent does not exist', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['serve', '--directory', 'no/where']);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(
      /^DIRECTORY_UNUSABLE: cannot create `no\/where`: its parent directory does not exist/,
    );
  });

  test('a port in use, found before the data directory is touched', async () => {
    await using place = await openWorkplace();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const result = await place.run(['serve', '--host', '127.0.0.1'], { OSO_PORT: port });
    other.close();
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toBe(
      `PORT_UNAVAILABLE: cannot listen on port ${port} of \`127.0.0.1\`: another process listens on it\n` +
        'hint: choose another one with `--port` or `--host`\n',
    );
    expect(readdirSync(place.path)).toEqual([]);
  });

  test('an address that this machine does not have', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['serve', '--host', '192.0.2.1']);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('`192.0.2.1`: this machine has no such address');
  });

  test('two nodes on one directory: the second one is told who has it', async () => {
    await using place = await openWorkplace();
    const first = place.start(['serve', '--json']);
    await first.event('serving');
    for (const args of [['serve'], ['import', 'any.snapshot']]) {
      const second = await place.run(args);
      expect(second.code).toBe(6);
      expect(second.stderr).toContain('DIRECTORY_LOCKED: the data directory `');
      expect(second.stderr).toContain(`is in use by process ${first.pid} on`);
    }
  });

  test('a list of client keys that cannot be used', async () => {
    await using place = await openWorkplace();
    place.write('keys', 'not a digest\n');
    const wrong = await place.run(['serve'], { OSO_CLIENT_KEYS_FILE: 'keys' });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('CONFIG_INVALID: line 1 of the client keys file is not a SHA-256 in hex');
    place.write('keys', '');
    const empty = await place.run(['serve'], { OSO_CLIENT_KEYS_FILE: 'keys' });
    expect(empty.code).toBe(2);
    expect(empty.stderr).toContain('CONFIG_INVALID: the client keys file lists no key: every client would be refused');
    const missing = await place.run(['serve'], { OSO_CLIENT_KEYS_FILE: 'nokeys' });
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('CONFIG_INVALID: `OSO_CLIENT_KEYS_FILE`: cannot read `nokeys`: no such file');
  });
});
