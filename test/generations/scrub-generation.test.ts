import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DataDirectory, viewDataDirectory } from '../../src/generations/data-directory.ts';
import { scrubGeneration } from '../../src/generations/scrub-generation.ts';
import { temporaryDirectory } from '../snapshot/support/sample-snapshot.ts';
import { onFailingDisk } from '../support/failing-disk.ts';
import { publishOne } from './support/sample-generation.ts';

let parent: ReturnType<typeof temporaryDirectory>;
let directory: DataDirectory;
let id: string;

beforeEach(async () => {
  parent = temporaryDirectory();
  ({ id } = await publishOne(parent.file('data')));
  directory = await viewDataDirectory(parent.file('data'));
});
afterEach(() => parent[Symbol.dispose]());

const fileOf = (name: string) => `${directory.generationsPath}/${id}/${name}`;

test('what lies on disk as it was written is intact', async () => {
  expect(await scrubGeneration(directory, id)).toEqual({ id, kind: 'intact', message: '' });
});

test('a folder that has gone is missing', async () => {
  rmSync(`${directory.generationsPath}/${id}`, { recursive: true });
  const message = `\`${directory.generationsPath}/${id}\` is gone`;
  expect(await scrubGeneration(directory, id)).toEqual({ id, kind: 'missing', message });
});

describe('is damaged', () => {
  const flip = (path: string) => {
    const bytes = readFileSync(path);
    const middle = bytes.length >> 1;
    bytes[middle] = bytes.readUInt8(middle) ^ 1;
    writeFileSync(path, bytes);
  };
  test.each([
    ['a bit of the index is another', 'facts.index', flip, 'its bytes do not match their SHA-256'],
    [
      'the index is cut short',
      'facts.index',
      (path: string) => truncateSync(path, 10),
      /^it has 10 bytes instead of \d+$/,
    ],
    ['the index is missing', 'facts.index', rmSync, 'it is missing'],
    ['a bit of the policy is another', 'policy.polar', flip, 'its bytes do not match their SHA-256'],
    ['the policy is missing', 'policy.polar', rmSync, 'it is missing'],
    ['the metadata are empty', 'generation.json', (path: string) => truncateSync(path, 0), 'it is not JSON'],
    ['the metadata are missing', 'generation.json', rmSync, 'it is missing'],
  ] as const)('when %s', async (_name, file, damage, why) => {
    damage(fileOf(file));
    const verdict = await scrubGeneration(directory, id);
    expect(verdict).toMatchObject({ id, kind: 'damaged' });
    const start = `\`${fileOf(file)}\` is damaged: `;
    expect(verdict.message.slice(0, start.length)).toBe(start);
    expect(verdict.message.slice(start.length)).toMatch(why);
  });
});

describe('says nothing about the data', () => {
  test.each(['stat', 'open', 'readFile'])('when the disk fails at %s', async (failing) => {
    const scrubbed = onFailingDisk(
      directory.path,
      ({ kind }) => kind === failing,
      () => scrubGeneration(directory, id),
    );
    await expect(scrubbed).rejects.toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: expect.stringMatching(/^cannot (examine|read) `.*`: the disk reported an error$/),
    });
    expect(existsSync(fileOf('facts.index'))).toBe(true);
  });

  test('when it was interrupted', async () => {
    const signal = AbortSignal.abort(new Error('interrupted'));
    await expect(scrubGeneration(directory, id, signal)).rejects.toThrow('interrupted');
  });
});
