import { expect, test } from 'vitest';
import { fitConnections, openFilesLimit } from '../../src/cli/open-files.ts';

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
