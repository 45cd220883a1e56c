import { expect, test } from 'vitest';
import { read } from './support/deploy-files.ts';

interface Locked {
  readonly version?: string;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

test('the lock file has the packages of every platform: newer versions of npm refuse one that does not', () => {
  const packages: Record<string, Locked> = JSON.parse(read('package-lock.json')).packages;
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        packages[`${path}/node_modules/${name}`] === undefined && packages[`node_modules/${name}`] === undefined,
    ),
  );
  expect(missing, '`node scripts/complete-lock.mjs` adds them').toEqual([]);
});

test('the lock file names no registry', () => {
  expect(read('package-lock.json')).not.toMatch('"resolved"');
});
