import { expect, test } from 'vitest';
import { fitConnections, openFilesLimit } from '../../src/cli/open-files.ts';
import { runCli } from '../support/cli-process.ts';

const LIMITS = [
  'Limit                     Soft Limit           Hard Limit           Units     ',
  'Max processes             95942                95942                processes ',
  'Max open files            1024                 4096                 files     ',
];

test.each([
  ['what the system says', LIMITS.join('\n'), 1_024],
  ['none', 'Max open files            unlimited            unlimited            files', undefined],
  ['none of a system that says nothing of them', '', undefined],
])('the limit of open files is %s', (_, text, limit) => {
  expect(openFilesLimit(() => text)).toBe(limit);
});

test('there is none where no file tells of it', () => {
  const read = () => {
    throw new Error('ENOENT');
  };
  expect(openFilesLimit(read)).toBeUndefined();
});

test.each([
  [undefined, 1, 2_000, 100],
  [1_048_576, 16, 2_000, 100],
  [2_240, 1, 2_000, 100],
  [1_024, 1, 784, 100],
  [200, 2, 76, 38],
  [64, 1, 12, 6],
  [40, 1, 1, 1],
])('with %j files, %i threads take %i connections, and %i to turn clients away', (files, threads, most, reserved) => {
  const wanted = { maxConnections: 2_000, reservedConnections: 100 };
  expect(fitConnections(wanted, files, threads)).toEqual({ maxConnections: most, reservedConnections: reserved });
});

test('with fewer files than it takes to start, a command says that, as long as Node.js itself can start', async () => {
  const said: string[] = [];
  for (let files = 40; ; files -= 1) {
    const { code, signal, stderr, stdout } = await runCli(['verify', 'nothing', '--json'], {
      shell: `ulimit -n ${files};`,
    });
    // Node.js cannot open the program, or not even begin.
    if (signal !== null || code !== 1 || /oso-fallback\.js'|Native stack|^node:internal/u.test(stderr)) break;
    expect(stderr).not.toContain('    at ');
    expect(stdout).toMatch(/^\{"error":\{"code":"DIRECTORY_UNUSABLE",/u);
    if (stderr.includes('too many open files')) said.push(stderr);
  }
  expect(said[0]).toBe(
    'DIRECTORY_UNUSABLE: cannot open the files of this program: too many open files\nhint: raise the limit of open files (`ulimit -n`)\n',
  );
  // Newer versions of Node.js open one module after the other, and need few files more for ours than for themselves.
  expect(said.length).toBeGreaterThan(process.version.startsWith('v20.') ? 4 : 0);
});
