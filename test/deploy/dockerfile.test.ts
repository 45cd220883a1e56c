import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { ROOT, read } from './support/deploy-files.ts';

const DOCKERFILE = read('Dockerfile');

/** Instructions with their arguments on one line, comments left out. */
const INSTRUCTIONS = DOCKERFILE.replace(/^\s*#.*\n/gm, '')
  .replace(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [, keyword = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    return { keyword, rest };
  });

/** Of the image itself: what follows the last FROM. */
const LAST_STAGE = INSTRUCTIONS.slice(INSTRUCTIONS.findLastIndex(({ keyword }) => keyword === 'FROM'));

function only(keyword: string): string {
  const found = LAST_STAGE.filter((instruction) => instruction.keyword === keyword);
  expect(found).toHaveLength(1);
  return found[0]?.rest ?? '';
}

describe('the Dockerfile', () => {
  test('has no error that a linter sees', () => {
    expect(validate(DOCKERFILE).map(({ message }) => message)).toEqual([]);
    expect(validate(DOCKERFILE.replace('WORKDIR', 'WORKDIRECTORY')).map(({ message }) => message)).not.toEqual([]);
  });

  test('builds on Node.js 26, or on another base that is given, and ends on nothing', () => {
    expect(INSTRUCTIONS[0]).toEqual({ keyword: 'ARG', rest: 'NODE_IMAGE=docker.io/library/node:26-bookworm' });
    const bases = INSTRUCTIONS.filter(({ keyword }) => keyword === 'FROM').map(({ rest }) => rest.split(' ')[0]);
    expect(bases).toEqual(['$' + '{NODE_IMAGE}', '$' + '{NODE_IMAGE}', 'scratch']);
  });

  test('runs as a user that is not root, by number', () => {
    expect(only('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  test.each(['ENTRYPOINT', 'HEALTHCHECK'])('%s needs no shell', (keyword) => {
    const command: unknown = JSON.parse(only(keyword).replace(/^.*? CMD (?=\[)/, ''));
    expect(command).toEqual(expect.arrayContaining(['/usr/local/bin/node']));
  });

  test.each(['oso-fallback', 'healthcheck'])('starts a program that is built: %s', (name) => {
    expect(DOCKERFILE).toMatch(`"/app/dist/bin/${name}.js"`);
    expect(existsSync(join(ROOT, `bin/${name}.ts`))).toBe(true);
  });

  test('closes the doors of Node.js that nobody needs, and bounds its heap', () => {
    expect(JSON.parse(only('ENTRYPOINT'))).toEqual(
      expect.arrayContaining(['--disable-proto=delete', '--disable-sigusr1']),
    );
    expect(only('ENV')).toMatch('NODE_OPTIONS=--max-old-space-size=96');
  });

  test('gives the first thread the young generation that workers have, whatever NODE_OPTIONS says', () => {
    const [, semiSpaceMib] = /"--max-semi-space-size=(\d+)"/.exec(only('ENTRYPOINT')) ?? [];
    const [, youngMib] = /YOUNG_HEAP_MIB = (\d+);/.exec(read('src/workers/hire.ts')) ?? [];
    expect(Number(youngMib)).toBeGreaterThan(0);
    expect(Number(semiSpaceMib) * 3).toBe(Number(youngMib));
  });

  test('keeps its data on a volume, in a directory that whoever runs it can make', () => {
    const directory = /OSO_DIRECTORY=(\S+)/.exec(only('ENV'))?.[1];
    expect(JSON.parse(only('VOLUME'))).toEqual(['/data']);
    expect(directory).toBe('/data/oso');
    expect(read('scripts/deploy/make-image-root.sh')).toMatch('install -d -m 1777 "$root/data"');
  });

  test('copies only what .dockerignore lets through, and all of that', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    const copied = INSTRUCTIONS.filter(({ keyword, rest }) => keyword === 'COPY' && !rest.startsWith('--from'))
      .flatMap(({ rest }) => rest.split(' ').slice(0, -1))
      .map((path) => `!${path}`);
    expect([...new Set(copied)].sort()).toEqual(allowed.sort());
  });
});
