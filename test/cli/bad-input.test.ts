import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { importOf, jsonOf, openWorkplace } from './support/workplace.ts';

const NO_IDENTITY = { OSO_API_TOKEN: '', OSO_ENVIRONMENT: '', OSO_TENANT: '' };

const ENTRY = fileURLToPath(new URL('../../dist/bin/oso-fallback.js', import.meta.url));

describe('settings', () => {
  test('all that are missing are named at once', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['serve'], NO_IDENTITY);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toBe(
      [
        'CONFIG_INVALID: `OSO_API_TOKEN` is missing',
        'hint: set it, or give `--api-token`: read-only API key of the environment; prefer the variable, arguments are visible to other processes',
        'CONFIG_INVALID: `OSO_ENVIRONMENT` is missing',
        'hint: set it, or give `--environment`: id of the environment to copy',
        'CONFIG_INVALID: `OSO_TENANT` is missing',
        'hint: set it, or give `--tenant`: id of the tenant that owns the environment',
        '',
      ].join('\n'),
    );
    expect(readdirSync(place.path)).toEqual([]);
  });

  test('unknown variables and bad values are named together, in JSON too', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['export', 'a.snapshot', '--json'], { OSO_PROT: '1', OSO_PORT: '70000' });
    expect(result.code).toBe(2);
    const errors = [
      { code: 'CONFIG_INVALID', message: 'unknown variable `OSO_PROT`', hint: 'did you mean `OSO_PORT`?' },
      { code: 'CONFIG_INVALID', message: '`OSO_PORT` must be a whole number from 0 to 65535, not `70000`' },
    ];
    expect(jsonOf(result)).toEqual({ error: errors[0], errors });
    expect(result.stderr).toContain('CONFIG_INVALID: unknown variable `OSO_PROT`');
  });

  test('a key of another environment is refused before anything is asked', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['export', 'a.snapshot'], { OSO_ENVIRONMENT: 'env2' });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('is a key of environment `env1`, but `OSO_ENVIRONMENT` is `env2`');
    expect(result.stderr).not.toContain('canarysecret');
    expect(place.cloud.requests).toEqual([]);
  });
});

describe('the command line', () => {
  test('an unknown command gets a guess', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['exprot']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toBe('CONFIG_INVALID: unknown command `exprot`\nhint: did you mean `export`?\n');
  });

  test('an unknown flag gets a guess', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['serve', '--prot', '1']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toBe('CONFIG_INVALID: unknown option `--prot`\nhint: did you mean `--port`?\n');
  });

  test('a missing file name is a usage error', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['--export']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('CONFIG_INVALID: missing required argument `file`');
  });

  test('too many arguments are a usage error', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['verify', 'a', 'b']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('too many arguments');
  });
});

describe('the control plane', () => {
  test('a wrong token says so, and leaves no file', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['export', 'a.snapshot'], { OSO_API_TOKEN: 'e_env1_1_wrongcanary' });
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(result.stderr).toMatch(/^CONTROL_PLANE_UNAUTHORIZED: /);
    expect(result.stderr).not.toContain('wrongcanary');
    expect(readdirSync(place.path)).toEqual([]);
  });

  test('a wrong port is unreachable', async () => {
    await using place = await openWorkplace();
    await place.cloud.close();
    const result = await place.run(['export', 'a.snapshot']);
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(result.stderr).toMatch(/^CONTROL_PLANE_UNREACHABLE: /);
    expect(readdirSync(place.path)).toEqual([]);
  });

  test('a policy with an error is shown with its place', async () => {
    await using place = await openWorkplace();
    place.cloud.policy = 'actor User {}\nresource Repo { permissions = ["read"]; "raed" if "read"; }\n';
    const result = await place.run(['export', 'a.snapshot']);
    expect(result).toMatchObject({ code: 3, stdout: '' });
    expect(result.stderr).toMatch(/^POLICY_INVALID: the policy has an error in line 2: /);
    expect(result.stderr).toContain('policy.polar:2:');
    expect(readdirSync(place.path)).toEqual([]);
  });

  test('a transfer that is cut leaves an older file as it was', async () => {
    await using place = await openWorkplace();
    place.write('a.snapshot', 'older');
    place.cloud.always('/api/facts', { cutAfter: 10 });
    const result = await place.run(['export', 'a.snapshot']);
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(readdirSync(place.path)).toEqual(['a.snapshot']);
    const after = await place.run(['verify', 'a.snapshot']);
    expect(after.stderr).toContain('`a.snapshot`: it is not a snapshot');
  });
});

describe.each(['verify', 'import'])('files for `%s`', (command) => {
  const run = async (content: string | undefined, file = 'a.snapshot') => {
    await using place = await openWorkplace();
    if (content !== undefined) place.write('a.snapshot', content);
    const result = await place.run([command, file]);
    expect(existsSync(join(place.path, '.oso', 'generations', 'a'))).toBe(false);
    return result;
  };

  test('that are no snapshot', async () => {
    const result = await run('this is not a snapshot, but it is long enough to hold one');
    expect(result).toMatchObject({ code: 3, stdout: '' });
    expect(result.stderr).toBe(
      'SNAPSHOT_INVALID: `a.snapshot`: it is not a snapshot\nhint: give the path of a file that `oso-fallback export` wrote\n',
    );
  });

  test('that are empty', async () => {
    const result = await run('');
    expect(result).toMatchObject({ code: 3, stdout: '' });
    expect(result.stderr).toMatch(/^SNAPSHOT_INVALID: `a.snapshot`: it is empty/);
  });

  test('that are directories', async () => {
    const result = await run(undefined, '.');
    expect(result).toMatchObject({ code: 3, stdout: '' });
    expect(result.stderr).toMatch(/^SNAPSHOT_INVALID: `\.`: it is a directory, not a snapshot file/);
  });

  test('that do not exist', async () => {
    const result = await run(undefined);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toBe('DIRECTORY_UNUSABLE: cannot open `a.snapshot`: no such file or directory\n');
  });
});

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

describe('nothing to start from', () => {
  test('every source says why, and the node ends with 4', async () => {
    await using place = await openWorkplace();
    await place.cloud.close();
    place.write('a.snapshot', 'nonsense');
    const result = await place.run(['--import', 'a.snapshot', '--json']);
    expect(result.code).toBe(4);
    expect(result.stderr).toMatch(/NOTHING_TO_START_FROM: no source gave data; /);
    const { error } = JSON.parse(result.stdout.trim().split('\n').at(-1) ?? '');
    expect(error.code).toBe('NOTHING_TO_START_FROM');
    expect(error.message).toContain('disk: NOTHING_TO_START_FROM: the data directory holds no generation');
    expect(error.message).toContain('control-plane: CONTROL_PLANE_UNREACHABLE: ');
    expect(error.message).toContain('import: SNAPSHOT_INVALID: ');
    expect(error.hint).toBe(
      'check host and port in `OSO_URL`; give the path of a file that `oso-fallback export` wrote; `--wait` keeps trying',
    );
  });

  test('data of another environment on disk are told how to be served, or left', async () => {
    await using place = await openWorkplace();
    await importOf(place, 'ann', 1_700_000_000);
    const other = { OSO_API_TOKEN: '', OSO_ENVIRONMENT: 'env2' };
    const { code, stderr } = await place.run(['serve', '--offline'], other);
    expect(code).toBe(4);
    expect(stderr).toContain('disk: GUARD_ENVIRONMENT: ');
    expect(stderr).toContain(
      '\nhint: to serve it anyway, pass --allow-environment, or else give another --directory; ',
    );
  });

  test('offline needs a copy on disk or a file, and no token', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['serve', '--offline'], NO_IDENTITY);
    expect(result.code).toBe(4);
    expect(result.stderr).toContain('hint: leave out `--offline`; `--import FILE` starts from a snapshot');
    expect(place.cloud.requests).toEqual([]);
  });

  test('stdin is no file to serve from', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['serve', '--import', '-']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('CONFIG_INVALID: `--import -` cannot be served');
  });
});

test('status of neither a node nor a directory', async () => {
  await using place = await openWorkplace();
  const result = await place.run(['status'], { OSO_PORT: '1' });
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toBe(
    'NODE_UNREACHABLE: no node answers at http://127.0.0.1:1: connection refused\n' +
      'DIRECTORY_UNUSABLE: cannot open `./.oso`: no such file or directory\n' +
      'hint: give the data directory with `--directory`, or the address of a running node with `--url`\n',
  );
});

test('status of an address where no node answers', async () => {
  await using place = await openWorkplace();
  const { code, stderr } = await place.run(['status', '--url', 'http://127.0.0.1:1']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^NODE_UNREACHABLE: .*\nhint: give the data directory .*`--url`\n$/);
});

test('a Node.js that is too old is told which one is needed, before anything else is read', async () => {
  await using place = await openWorkplace();
  const old = "{value:{...process.versions,node:'20.19.4'}}";
  const preload = `--import=data:text/javascript,Object.defineProperty(process,'versions',${old})`;
  const result = await place.run(['serve'], { NODE_OPTIONS: preload, OSO_NONSENSE: '1' });
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toBe('oso-fallback needs Node.js 20.20 or newer, this is 20.19.4\n');
});
