import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importOf, jsonOf, openWorkplace } from './support/workplace.ts';

const NO_IDENTITY = { OSO_API_TOKEN: '', OSO_ENVIRONMENT: '', OSO_TENANT: '' };

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

  test('an option in place of the value of another one is no value', async () => {
    await using place = await openWorkplace();
    const result = await place.run(['serve', '--import', '--offline']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toBe(
      'CONFIG_INVALID: `--import` has no value: `--offline` follows\nhint: `--import=…` takes any value\n',
    );
    const meant = await place.run(['serve', '--offline', '--import=--offline']);
    expect(meant.stderr).toMatch(/cannot open `.*--offline`: no such file or directory/u);
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
