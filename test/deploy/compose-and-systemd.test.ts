import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXIT } from '../../src/cli/exit-code.ts';
import { filesBelow, ROOT, read } from './support/deploy-files.ts';
import { check, needs } from './support/installed.ts';

const folder = mkdtempSync(join(tmpdir(), 'oso-deploy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the compose file', () => {
  const { services, volumes } = parse(read('deploy/compose.yaml'), { merge: true, strict: true, uniqueKeys: true });
  const nodes = ['oso-fallback-a', 'oso-fallback-b'].map((name) => services[name]);

  test('is accepted by docker-compose', (context) => {
    needs('docker-compose', context);
    mkdirSync(join(folder, 'deploy'));
    writeFileSync(join(folder, '.env'), 'OSO_API_TOKEN=a\n');
    writeFileSync(join(folder, 'deploy/compose.yaml'), read('deploy/compose.yaml'));
    const args = ['-f', join(folder, 'deploy/compose.yaml'), 'config', '-q'];
    expect(check('docker-compose', args)).toMatchObject({ code: 0 });
  });

  test('gives a node its least memory and no right that it does not need', () => {
    for (const node of nodes) {
      expect(node).toMatchObject({ mem_limit: '256m', read_only: true, cap_drop: ['ALL'] });
      expect(node.security_opt).toEqual(['no-new-privileges:true']);
    }
  });

  test('gives each node a volume of its own for /data', () => {
    const mounted = nodes.flatMap((node) => node.volumes);
    expect(mounted).toEqual(Object.keys(volumes).map((name) => `${name}:/data`));
  });
});

test('temporary files of the balancer leave room in its memory, which they are in', () => {
  const { balancer } = parse(read('deploy/compose.yaml'), { merge: true }).services;
  const [, filesMiB] = /^\/tmp:size=(\d+)m$/.exec(balancer.tmpfs[0]) ?? [];
  const [, memoryMiB] = /^(\d+)m$/.exec(balancer.mem_limit) ?? [];
  expect(Number(filesMiB)).toBeLessThanOrEqual(Number(memoryMiB) / 2);
});

describe('the systemd unit', () => {
  const unit = read('deploy/oso-fallback.service');

  function installedHere(): string {
    const path = join(folder, 'oso-fallback.service');
    writeFileSync(path, unit.replace('ExecStart=/usr/bin/node', `ExecStart=${process.execPath}`));
    return path;
  }

  test('is accepted by systemd, and exposes little', (context) => {
    needs('systemd-analyze', context);
    const path = installedHere();
    expect(check('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', path])).toMatchObject({ code: 0 });
    const security = ['security', '--offline=yes', '--threshold=20', '--no-pager', path];
    expect(check('systemd-analyze', security)).toMatchObject({ code: 0 });
  });

  test('names every key once, except for lists', () => {
    const keys: readonly string[] = unit.match(/^\w+(?==)/gm) ?? [];
    const repeated = keys.filter((key, index) => keys.indexOf(key) !== index);
    expect(new Set(repeated)).toEqual(new Set(['SystemCallFilter']));
  });

  test('goes on when the kernel ends a copy for its memory', () => {
    expect(/^OOMPolicy=(.*)$/m.exec(unit)?.[1]).toBe('continue');
  });

  test('lets a copy give way to questions, which takes a call that lists of systemd leave out', () => {
    expect(unit.match(/^SystemCallFilter=.*$/gm)).toEqual([
      'SystemCallFilter=@system-service',
      'SystemCallFilter=~@privileged @resources',
      'SystemCallFilter=setpriority',
    ]);
  });

  test('does not start again what only a person can repair', () => {
    const prevented = /RestartPreventExitStatus=(.*)/.exec(unit)?.[1]?.split(' ').map(Number);
    expect(prevented).toEqual([EXIT.usage, EXIT.guard, EXIT.locked]);
  });

  test('has not failed when it is stopped during its first copy', () => {
    expect(/^SuccessExitStatus=(.*)$/m.exec(unit)?.[1]).toBe(String(EXIT.interrupted));
  });

  test('starts the program that the package builds', () => {
    expect(unit).toMatch('/dist/bin/oso-fallback.js serve');
  });
});

test('yamllint accepts every YAML file', (context) => {
  needs('yamllint', context);
  const files = filesBelow('deploy').filter((path) => /\.ya?ml$/.test(path));
  const rules = '{extends: relaxed, rules: {line-length: disable}}';
  for (const file of files) {
    const path = join(folder, 'lint.yaml');
    writeFileSync(path, read(file));
    expect({ file, ...check('yamllint', ['-s', '-d', rules, path]) }).toMatchObject({ code: 0 });
  }
});

test('shellcheck accepts the scripts', (context) => {
  needs('shellcheck', context);
  const files = filesBelow('scripts').filter((path) => path.endsWith('.sh'));
  const args = ['-x', '-S', 'warning', '-P', 'scripts/deploy', ...files];
  expect(check('shellcheck', args, ROOT)).toMatchObject({ code: 0 });
});
