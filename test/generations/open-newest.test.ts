import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DataDirectory, openDataDirectory, viewDataDirectory } from '../../src/generations/data-directory.ts';
import type { GenerationMetadata } from '../../src/generations/generation.ts';
import { printGeneration } from '../../src/generations/generation-file.ts';
import { generationId } from '../../src/generations/generation-id.ts';
import { listGenerations, listQuarantined } from '../../src/generations/list-generations.ts';
import { openSharedGeneration, shareGeneration } from '../../src/generations/open-generation.ts';
import { joinFailures, type OpenNewestOptions, openNewest } from '../../src/generations/open-newest.ts';
import { contentDigest, sha256Hex } from '../../src/snapshot/content-digest.ts';
import { systemClock } from '../../src/util/clock.ts';
import { FACTS, TAKEN_AT_MS, temporaryDirectory } from '../snapshot/support/sample-snapshot.ts';
import { onFailingDisk } from '../support/failing-disk.ts';
import { MEMORY_BYTES, publishOne } from './support/sample-generation.ts';

let parent: ReturnType<typeof temporaryDirectory>;
let directory: DataDirectory;
/** Oldest first; the third is the newest. */
let made: GenerationMetadata[];

const options: OpenNewestOptions = {
  environment: '0123456789',
  tenant: 'acme',
  memoryBytes: MEMORY_BYTES,
  clock: systemClock,
};

beforeEach(async () => {
  parent = temporaryDirectory();
  made = [];
  for (const [index, count] of [1, 2, 3].entries()) {
    made.push(
      await publishOne(parent.file('data'), { takenAtMs: TAKEN_AT_MS + index * 1000, of: FACTS.slice(0, count) }),
    );
  }
  directory = await openDataDirectory(parent.file('data'), 'test');
});
afterEach(() => {
  directory.close();
  parent[Symbol.dispose]();
});

const idOf = (index: number) => made[index]?.id ?? '';
const fileOf = (index: number, name: string) => `${directory.generationsPath}/${idOf(index)}/${name}`;

async function newest(of: DataDirectory = directory, changes: Partial<OpenNewestOptions> = {}) {
  const { opened, failures } = await openNewest(of, { ...options, ...changes });
  opened?.close();
  return { id: opened?.metadata.id, failures };
}

test('generations are listed newest first, and other names are passed over', async () => {
  mkdirSync(`${directory.generationsPath}/notes`);
  mkdirSync(`${directory.generationsPath}/20269931T080000000Z-${'a'.repeat(12)}`);
  const listed = await listGenerations(directory);
  expect(listed.map(({ id }) => id)).toEqual([idOf(2), idOf(1), idOf(0)]);
  expect(listed.map(({ takenAtMs }) => takenAtMs)).toEqual([2000, 1000, 0].map((ms) => TAKEN_AT_MS + ms));
});

describe('the generation that is served', () => {
  test('is the newest', async () => {
    expect(await newest()).toEqual({ id: idOf(2), failures: [] });
  });

  test('is the pinned one when there is a pin, and the newest when the pin leads nowhere', async () => {
    expect(await newest(directory, { pinned: idOf(0) })).toEqual({ id: idOf(0), failures: [] });
    expect(await newest(directory, { pinned: `20200101T000000000Z-${'a'.repeat(12)}` })).toEqual({
      id: idOf(2),
      failures: [],
    });
    expect(await newest(directory, { pinned: null })).toEqual({ id: idOf(2), failures: [] });
  });

  test('is none in an empty directory', async () => {
    rmSync(directory.generationsPath, { recursive: true });
    expect(await newest()).toEqual({ id: undefined, failures: [] });
  });

  test('is opened without the lock too', async () => {
    const view = await viewDataDirectory(directory.path);
    expect(await newest(view)).toEqual({ id: idOf(2), failures: [] });
  });
});

describe('a damaged generation is put aside and the one before is served', () => {
  const rewrite = (path: string, edit: (text: string) => string) =>
    writeFileSync(path, edit(readFileSync(path, 'utf8')));
  const damages: [string, () => void, (index: number) => string][] = [
    [
      'a bit of its index is flipped',
      () => {
        const bytes = readFileSync(fileOf(2, 'facts.index'));
        const middle = bytes.length >> 1;
        bytes[middle] = bytes.readUInt8(middle) ^ 1;
        writeFileSync(fileOf(2, 'facts.index'), bytes);
      },
      (index) => `\`${fileOf(index, 'facts.index')}\` is damaged: its bytes do not match their SHA-256`,
    ],
    [
      'its index is cut short',
      () => writeFileSync(fileOf(2, 'facts.index'), readFileSync(fileOf(2, 'facts.index')).subarray(0, 10)),
      (index) => `\`${fileOf(index, 'facts.index')}\` is damaged: it has 10 bytes instead of ${made[2]?.indexBytes}`,
    ],
    [
      'its index is missing',
      () => rmSync(fileOf(2, 'facts.index')),
      (index) => `\`${fileOf(index, 'facts.index')}\` is damaged: it is missing`,
    ],
    [
      'its policy is changed',
      () => rewrite(fileOf(2, 'policy.polar'), (text) => `${text} `),
      (index) => `\`${fileOf(index, 'policy.polar')}\` is damaged: its bytes do not match their SHA-256`,
    ],
    [
      'its policy is missing',
      () => rmSync(fileOf(2, 'policy.polar')),
      (index) => `\`${fileOf(index, 'policy.polar')}\` is damaged: it is missing`,
    ],
    [
      'its metadata are garbage',
      () => writeFileSync(fileOf(2, 'generation.json'), '\0\0\0'),
      (index) => `\`${fileOf(index, 'generation.json')}\` is damaged: it is not JSON`,
    ],
    [
      'its metadata are empty',
      () => writeFileSync(fileOf(2, 'generation.json'), ''),
      (index) => `\`${fileOf(index, 'generation.json')}\` is damaged: it is not JSON`,
    ],
    [
      'its metadata are missing',
      () => rmSync(fileOf(2, 'generation.json')),
      (index) => `\`${fileOf(index, 'generation.json')}\` is damaged: it is missing`,
    ],
    [
      'its metadata claim another time',
      () => rewrite(fileOf(2, 'generation.json'), (text) => text.replace(/"takenAtMs": \d+/, '"takenAtMs": 1')),
      (index) => `\`${fileOf(index, 'generation.json')}\` is damaged: \`id\` does not follow from its parts`,
    ],
    [
      'its metadata claim other facts',
      () =>
        rewrite(fileOf(2, 'generation.json'), (text) =>
          text.replace(/"factsDigest": "[^"]*"/, `"factsDigest": "${'a'.repeat(64)}"`),
        ),
      (index) => `\`${fileOf(index, 'generation.json')}\` is damaged: \`contentDigest\` does not follow from its parts`,
    ],
    [
      'it arrived nobody knows how',
      () => rewrite(fileOf(2, 'generation.json'), (text) => text.replace('"download"', '"mail"')),
      (index) =>
        `\`${fileOf(index, 'generation.json')}\` is damaged: \`arrivedBy\` is neither \`download\` nor \`import\``,
    ],
    [
      'its etag is no text',
      () => rewrite(fileOf(2, 'generation.json'), (text) => text.replace('"factsEtag": null', '"factsEtag": 7')),
      (index) => `\`${fileOf(index, 'generation.json')}\` is damaged: \`factsEtag\` is not a text`,
    ],
    [
      'another one bears its name',
      () => {
        rmSync(`${directory.generationsPath}/${idOf(2)}`, { recursive: true });
        renameSync(`${directory.generationsPath}/${idOf(0)}`, `${directory.generationsPath}/${idOf(2)}`);
      },
      (index) => `\`${directory.generationsPath}/${idOf(index)}\` is damaged: it holds the generation ${idOf(0)}`,
    ],
  ];

  test.each(damages)('when %s', async (_name, damage, message) => {
    damage();
    const { id, failures } = await newest();
    expect(id).toBe(idOf(1));
    expect(failures).toEqual([
      {
        id: idOf(2),
        error: expect.objectContaining({ code: 'INDEX_INVALID', message: message(2) }),
        quarantined: true,
      },
    ]);
    expect((await listQuarantined(directory)).map((entry) => entry.id)).toEqual([idOf(2)]);
    expect(existsSync(fileOf(2, ''))).toBe(false);
    expect(await newest()).toEqual({ id: idOf(1), failures: [] });
  });

  // A writer with another idea of Polar: everything about it is consistent.
  test.each([
    ['does not compile', Buffer.from('actor User {'), { code: 'POLICY_INVALID' }],
    [
      'is not UTF-8',
      Buffer.from('# caf\xe9', 'latin1'),
      { code: 'INDEX_INVALID', message: expect.stringMatching(/policy\.polar` is damaged: it is not UTF-8$/) },
    ],
  ])('when its policy %s, though its digest is right', async (_name, policy, error) => {
    const before = made[2];
    if (before === undefined) throw new Error('nothing was made');
    const policySha256 = sha256Hex(policy);
    const digest = contentDigest(policySha256, before.factsDigest);
    const id = generationId(before.takenAtMs, digest);
    writeFileSync(fileOf(2, 'policy.polar'), policy);
    const text = printGeneration({ ...before, policySha256, contentDigest: digest, id });
    writeFileSync(fileOf(2, 'generation.json'), text);
    renameSync(`${directory.generationsPath}/${idOf(2)}`, `${directory.generationsPath}/${id}`);
    expect(await newest()).toEqual({
      id: idOf(1),
      failures: [{ id, error: expect.objectContaining(error), quarantined: true }],
    });
  });

  test('but stays where it is when the disk refuses to move it', async () => {
    writeFileSync(fileOf(2, 'policy.polar'), 'garbage');
    const result = await onFailingDisk(
      directory.path,
      ({ kind }) => kind === 'rename',
      () => newest(),
    );
    expect(result).toMatchObject({ id: idOf(1), failures: [{ id: idOf(2), quarantined: false }] });
    expect(existsSync(fileOf(2, 'policy.polar'))).toBe(true);
  });

  test('until none is left, with the reason for each', async () => {
    for (const index of [0, 1, 2]) writeFileSync(fileOf(index, 'facts.index'), '');
    const { id, failures } = await newest();
    expect(id).toBeUndefined();
    expect(failures.map((failure) => failure.id)).toEqual([idOf(2), idOf(1), idOf(0)]);
    expect(await listGenerations(directory)).toEqual([]);
    expect(await listQuarantined(directory)).toHaveLength(3);
    expect(joinFailures(failures)).toMatchObject({
      code: 'INDEX_INVALID',
      message: expect.stringMatching(/^`.*`[^;]*; INDEX_INVALID: `[^;]*; INDEX_INVALID: `[^;]*$/),
    });
    expect(joinFailures(failures.slice(1, 2)).message).toBe(failures[1]?.error.message);
    expect(joinFailures([]).code).toBe('NOTHING_TO_START_FROM');
    const again = await newest();
    expect(again.id).toBeUndefined();
    expect(again.failures.map((failure) => [failure.id, failure.quarantined])).toEqual([
      [idOf(2), true],
      [idOf(1), true],
      [idOf(0), true],
    ]);
  });

  test('and is served again when nothing else is left and it has healed', async () => {
    const good = new Map([0, 1, 2].map((index) => [index, readFileSync(fileOf(index, 'policy.polar'))]));
    for (const index of [0, 1, 2]) writeFileSync(fileOf(index, 'policy.polar'), 'garbage');
    expect((await newest()).id).toBeUndefined();
    writeFileSync(`${directory.generationsPath}/quarantined-${idOf(1)}/policy.polar`, good.get(1) ?? '');
    const { id, failures } = await newest();
    expect(id).toBe(idOf(1));
    expect(failures.map((failure) => failure.id)).toEqual([idOf(2)]);
    expect((await listGenerations(directory)).map((entry) => entry.id)).toEqual([idOf(1)]);
    expect(await newest()).toEqual({ id: idOf(1), failures: [] });
  });

  test('and is served where it lies when it has healed and the directory is only looked at', async () => {
    for (const index of [0, 1, 2]) {
      renameSync(fileOf(index, ''), `${directory.generationsPath}/quarantined-${idOf(index)}`);
    }
    const view = await viewDataDirectory(directory.path);
    expect(await newest(view)).toEqual({ id: idOf(2), failures: [] });
    expect(await listQuarantined(directory)).toHaveLength(3);
  });

  test('but not put aside without the lock', async () => {
    writeFileSync(fileOf(2, 'policy.polar'), '');
    const view = await viewDataDirectory(directory.path);
    expect(await newest(view)).toMatchObject({ id: idOf(1), failures: [{ id: idOf(2), quarantined: false }] });
    expect(existsSync(fileOf(2, 'policy.polar'))).toBe(true);
  });
});

describe('a generation is passed over and kept', () => {
  test.each([
    [{ environment: 'other' }, 'belongs to environment `0123456789`, but `other` is configured'],
    [{ tenant: 'other' }, 'belongs to tenant `acme`, but `other` is configured'],
  ])('when %j is configured', async (changes, message) => {
    const { id, failures } = await newest(directory, changes);
    expect(id).toBeUndefined();
    expect(failures).toHaveLength(3);
    expect(failures[0]).toMatchObject({
      id: idOf(2),
      error: { code: 'GUARD_ENVIRONMENT', message: `the generation ${idOf(2)} ${message}` },
      quarantined: false,
    });
    expect(await listGenerations(directory)).toHaveLength(3);
  });

  test('when a newer version wrote it', async () => {
    const text = readFileSync(fileOf(2, 'generation.json'), 'utf8');
    writeFileSync(fileOf(2, 'generation.json'), text.replace('"formatVersion": 1', '"formatVersion": 2'));
    const { id, failures } = await newest();
    expect(id).toBe(idOf(1));
    expect(failures).toMatchObject([
      {
        id: idOf(2),
        error: { code: 'SNAPSHOT_NEWER', message: 'the generation was written in format 2, newer than 1' },
        quarantined: false,
      },
    ]);
  });

  test.each(['generation.json', 'policy.polar', 'facts.index'])('when the disk does not give its %s', async (name) => {
    rmSync(fileOf(2, name));
    mkdirSync(fileOf(2, name));
    expect(await newest()).toMatchObject({
      id: idOf(1),
      failures: [{ id: idOf(2), error: { code: 'DIRECTORY_UNUSABLE' }, quarantined: false }],
    });
  });
});

test('a defect of ours in one generation does not keep another from being served', async () => {
  const breaks = ({ path }: { readonly path: string }) => {
    if (path === fileOf(2, 'policy.polar')) throw new TypeError('a defect');
    return false;
  };
  const result = await onFailingDisk(directory.path, breaks, () => newest());
  const message = `the generation ${idOf(2)} cannot be opened: a defect`;
  expect(result.failures).toMatchObject([{ id: idOf(2), error: { code: 'INDEX_INVALID', message } }]);
  expect(result.id).toBe(idOf(1));
});

test('a generation that cannot answer a probe is not served', async () => {
  const clock = {
    ...systemClock,
    monotonicMs: () => {
      throw new TypeError('a defect');
    },
  };
  const { failures } = await newest(directory, { clock });
  const message = `the generation ${idOf(2)} cannot answer a probe: a defect`;
  expect(failures[0]).toMatchObject({ id: idOf(2), error: { code: 'INDEX_INVALID', message } });
});

test('a directory that cannot be listed is an error, and not an empty one', async () => {
  rmSync(directory.generationsPath, { recursive: true });
  writeFileSync(directory.generationsPath, '');
  await expect(newest()).rejects.toMatchObject({
    code: 'DIRECTORY_UNUSABLE',
    message: `cannot read \`${directory.generationsPath}\`: a part of the path is not a directory`,
  });
});

test('an interrupted start is not taken for damage', async () => {
  const signal = AbortSignal.abort(new Error('interrupted'));
  await expect(openNewest(directory, { ...options, signal })).rejects.toThrow('interrupted');
  expect(await listGenerations(directory)).toHaveLength(3);
});

describe('a generation that another thread has open', () => {
  test('answers there from the same memory, and closes there alone', async () => {
    const { opened } = await openNewest(directory, options);
    if (opened === undefined) throw new Error('nothing was opened');
    const other = openSharedGeneration(structuredClone(shareGeneration(opened)), systemClock);
    expect(other.metadata).toEqual(opened.metadata);
    expect(other.serving).toMatchObject({
      snapshotId: opened.metadata.id,
      takenAtMs: opened.metadata.takenAtMs,
      policyText: opened.serving.policyText,
    });
    expect(other.serving.facts.factCount).toBe(opened.metadata.factCount);
    other.close();
    expect(opened.serving.facts.factCount).toBe(opened.metadata.factCount);
    opened.close();
  });

  test('is refused when it holds other facts than its metadata say', async () => {
    const { opened } = await openNewest(directory, options);
    if (opened === undefined) throw new Error('nothing was opened');
    const shared = shareGeneration(opened);
    const metadata = { ...shared.metadata, factsDigest: 'f'.repeat(64) };
    expect(() => openSharedGeneration({ ...shared, metadata }, systemClock)).toThrow(
      `\`the index of ${metadata.id}\` is damaged: it holds other facts`,
    );
    opened.close();
  });
});
