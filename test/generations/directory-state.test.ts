import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type DataDirectory, openDataDirectory, viewDataDirectory } from '../../src/generations/data-directory.ts';
import {
  confirmedAtMs,
  type DirectoryState,
  freshState,
  knownAge,
  readStateFile,
  withConfirmed,
  withPublished,
  writeState,
} from '../../src/generations/directory-state.ts';
import type { GenerationMetadata } from '../../src/generations/generation.ts';
import { printGeneration } from '../../src/generations/generation-file.ts';
import { generationId } from '../../src/generations/generation-id.ts';
import { loadState, loadStateToServe } from '../../src/generations/load-state.ts';
import { contentDigest } from '../../src/snapshot/content-digest.ts';
import { temporaryDirectory } from '../snapshot/support/sample-snapshot.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];

function metadata(takenAtMs: number, changes: Partial<GenerationMetadata> = {}): GenerationMetadata {
  const digest = contentDigest(A, changes.factsDigest ?? B);
  return {
    formatVersion: 1,
    id: generationId(takenAtMs, digest),
    environment: 'env',
    tenant: 'acme',
    source: 'https://api.example.com',
    takenAtMs,
    policySha256: A,
    factsDigest: B,
    contentDigest: digest,
    factCount: 0,
    countBySignature: {},
    indexBytes: 0,
    indexSha256: A,
    arrivedBy: 'download',
    factsEtag: null,
    ...changes,
  };
}

async function withDirectory(run: (directory: DataDirectory) => Promise<void>): Promise<void> {
  using parent = temporaryDirectory();
  const directory = await openDataDirectory(parent.file('data'), 'test');
  try {
    await run(directory);
  } finally {
    directory.close();
  }
}

const full: DirectoryState = {
  formatVersion: 1,
  clientId: 'client-1',
  highWater: { environment: 'env', tenant: 'acme', takenAtMs: 2000, contentDigest: A },
  confirmed: { contentDigest: A, atMs: 3000 },
  confirmedBefore: [{ contentDigest: B, atMs: 2500 }],
  age: { contentDigest: A, generation: generationId(2000, A), ageMs: 5, atMs: 6 },
  pinned: generationId(2000, A),
  passed: { generation: generationId(2000, A), by: generationId(1000, B) },
};

describe('state.json', () => {
  test('comes back as it was written, readable by nobody else', () =>
    withDirectory(async (directory) => {
      for (const state of [full, freshState()]) {
        await writeState(directory, state);
        expect(await readStateFile(directory)).toEqual({ state, problem: undefined });
      }
      expect(statSync(`${directory.path}/state.json`).mode & 0o777).toBe(0o600);
      expect(readdirSync(directory.path).sort()).toEqual(['generations', 'lock', 'state.json']);
    }));

  test('of an earlier version knows one confirmation, ages by content, and nothing passed', () =>
    withDirectory(async (directory) => {
      const { confirmedBefore: _, passed: __, ...rest } = full;
      const age = { contentDigest: A, ageMs: 5, atMs: 6 };
      writeFileSync(`${directory.path}/state.json`, JSON.stringify({ ...rest, age }));
      expect(await readStateFile(directory)).toEqual({
        state: { ...full, confirmedBefore: [], age, passed: null },
        problem: undefined,
      });
    }));

  test('that is not there gives a fresh state with a random client id', () =>
    withDirectory(async (directory) => {
      const { state, problem } = await readStateFile(directory);
      expect(problem).toBeUndefined();
      expect(state).toMatchObject({ highWater: null, confirmed: null, pinned: null });
      expect(state.clientId).toMatch(/^[0-9a-f-]{36}$/);
      expect((await readStateFile(directory)).state.clientId).not.toBe(state.clientId);
    }));

  test.each([
    ['', 'it is not JSON'],
    ['{}', '`formatVersion` is missing'],
    [JSON.stringify({ ...full, clientId: 7 }), '`clientId` is not a line of text'],
    [JSON.stringify({ ...full, highWater: 7 }), '`highWater` is not an object'],
    [JSON.stringify({ ...full, confirmed: { contentDigest: A } }), '`atMs` is missing'],
    [JSON.stringify({ ...full, confirmedBefore: 7 }), '`confirmedBefore` is not a list'],
    [JSON.stringify({ ...full, confirmedBefore: [7] }), '`confirmation` is not an object'],
    [JSON.stringify({ ...full, pinned: '../../etc' }), '`pinned` is not the id of a generation'],
    [JSON.stringify({ ...full, pinned: undefined }), '`pinned` is missing'],
  ])('that holds %j is ignored, loudly', (text, why) =>
    withDirectory(async (directory) => {
      writeFileSync(`${directory.path}/state.json`, text);
      const { state, problem } = await readStateFile(directory);
      expect(problem).toBe(`\`${directory.path}/state.json\` is damaged and was ignored: ${why}`);
      expect(state.highWater).toBeNull();
    }),
  );

  test('of a newer version stops the start', () =>
    withDirectory(async (directory) => {
      writeFileSync(`${directory.path}/state.json`, JSON.stringify({ ...full, formatVersion: 2 }));
      await expect(readStateFile(directory)).rejects.toMatchObject({
        code: 'SNAPSHOT_NEWER',
        message: 'the data directory was written in format 2, newer than 1',
      });
    }));

  test('that cannot be read is not taken for a missing one', () =>
    withDirectory(async (directory) => {
      mkdirSync(`${directory.path}/state.json`);
      await expect(readStateFile(directory)).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE' });
    }));

  test('that cannot be read is put aside by a node, which knows what its generations say', () =>
    withDirectory(async (directory) => {
      const unreadable = `${directory.path}/state.json`;
      mkdirSync(unreadable);
      writeFileSync(`${unreadable}/evidence`, '');
      const { state, problem } = await loadStateToServe(directory);
      expect(state).toMatchObject({ highWater: null, pinned: null });
      expect(problem).toBe(
        `cannot read \`${unreadable}\`: it is a directory; put aside as \`${unreadable}.unreadable\`: pins and ages in it are not known`,
      );
      expect(existsSync(`${unreadable}.unreadable/evidence`)).toBe(true);
      await writeState(directory, full);
      expect(await loadStateToServe(directory)).toEqual({ state: full, problem: undefined });
    }));

  test('that cannot be read is left where it is by a node that only looks', () =>
    withDirectory(async (directory) => {
      mkdirSync(`${directory.path}/state.json`);
      const view = await viewDataDirectory(directory.path);
      await expect(loadStateToServe(view)).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE' });
      expect(readdirSync(directory.path)).not.toContain('state.json.unreadable');
    }));

  test('that can be neither read nor put aside stops the start', () =>
    withDirectory(async (directory) => {
      mkdirSync(`${directory.path}/state.json`);
      writeFileSync(`${directory.path}/state.json.unreadable`, '');
      await expect(loadStateToServe(directory)).rejects.toMatchObject({
        code: 'DIRECTORY_UNUSABLE',
        message: expect.stringContaining('cannot read'),
      });
    }));

  test('of a newer version stops a node as well, and stays where it is', () =>
    withDirectory(async (directory) => {
      writeFileSync(`${directory.path}/state.json`, JSON.stringify({ ...full, formatVersion: 2 }));
      await expect(loadStateToServe(directory)).rejects.toMatchObject({ code: 'SNAPSHOT_NEWER' });
      expect(existsSync(`${directory.path}/state.json`)).toBe(true);
    }));

  test('is not written without the lock', () =>
    withDirectory(async (directory) => {
      const view = await viewDataDirectory(directory.path);
      await expect(writeState(view, full)).rejects.toThrow('the data directory is not open for writing');
    }));
});

describe('the high-water mark', () => {
  test('rises, never falls, and starts anew for another environment', () => {
    const first = withPublished(freshState(), metadata(2000));
    expect(first.highWater).toMatchObject({ environment: 'env', tenant: 'acme', takenAtMs: 2000 });
    expect(withPublished(first, metadata(1000))).toBe(first);
    expect(withPublished(first, metadata(2000))).toBe(first);
    expect(withPublished(first, metadata(3000)).highWater?.takenAtMs).toBe(3000);
    expect(withPublished(first, metadata(1000, { environment: 'other' })).highWater?.takenAtMs).toBe(1000);
    expect(withPublished(first, metadata(1000, { tenant: 'other' })).highWater?.takenAtMs).toBe(1000);
  });

  test('is not below a generation that is there, whatever state.json says', () =>
    withDirectory(async (directory) => {
      const write = (generation: GenerationMetadata) => {
        mkdirSync(`${directory.generationsPath}/${generation.id}`);
        writeFileSync(`${directory.generationsPath}/${generation.id}/generation.json`, printGeneration(generation));
      };
      write(metadata(1000));
      write(metadata(4000));
      write(metadata(9000, { environment: 'other' }));
      await writeState(directory, full);
      expect((await loadState(directory)).state).toEqual({
        ...full,
        highWater: { environment: 'env', tenant: 'acme', takenAtMs: 4000, contentDigest: contentDigest(A, B) },
      });
      writeFileSync(`${directory.path}/state.json`, 'garbage');
      const { state, problem } = await loadState(directory);
      expect(problem).toContain('is damaged and was ignored: it is not JSON');
      expect(state.highWater).toMatchObject({ environment: 'other', takenAtMs: 9000 });
    }));

  test('is not disturbed by a generation that is damaged', () =>
    withDirectory(async (directory) => {
      mkdirSync(`${directory.generationsPath}/${generationId(9000, A)}`);
      await writeState(directory, full);
      expect((await loadState(directory)).state).toEqual(full);
    }));
});

describe('the last confirmation', () => {
  test('counts for the content that was confirmed, and never goes back', () => {
    const generation = metadata(2000);
    const state = freshState();
    expect(confirmedAtMs(state, generation)).toBe(2000);
    const confirmed = withConfirmed(state, generation, 5000);
    expect(confirmedAtMs(confirmed, generation)).toBe(5000);
    expect(confirmedAtMs(withConfirmed(confirmed, generation, 4000), generation)).toBe(5000);
    expect(confirmedAtMs(withConfirmed(confirmed, { id: 'a', contentDigest: A }, 6000), generation)).toBe(5000);
    expect(confirmedAtMs(withConfirmed(state, generation, 1000), generation)).toBe(2000);
  });
});

describe('what live data have passed', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id, contentDigest: A })) as [Of, Of, Of];
  const pinned = (id: string) => ({ ...freshState(), pinned: id });

  test('is what is pinned when they are dated before it; the earliest of them counts', () => {
    expect(withConfirmed(freshState(), a, 1).passed).toBeNull();
    expect(withConfirmed(pinned('b'), c, 1).passed).toBeNull();
    const passed = withConfirmed(pinned('c'), b, 1);
    expect(passed.passed).toEqual({ generation: 'c', by: 'b' });
    expect(withConfirmed(passed, b, 2).passed).toEqual({ generation: 'c', by: 'b' });
    expect(withConfirmed(passed, a, 2).passed).toEqual({ generation: 'c', by: 'a' });
    expect(withConfirmed({ ...passed, pinned: 'b' }, a, 2).passed).toEqual({ generation: 'b', by: 'a' });
  });

  test('is so also without the pin, until it is seen to be current again', () => {
    const passed = { ...withConfirmed(pinned('c'), a, 1), pinned: null };
    expect(withConfirmed(passed, b, 2).passed).toEqual({ generation: 'c', by: 'a' });
    expect(withConfirmed(passed, c, 2).passed).toBeNull();
  });
});

type Of = { readonly id: string; readonly contentDigest: string };

test('the age that was known of a generation says nothing of a later one with the same content', () => {
  const age = { contentDigest: A, generation: 'first', ageMs: 5, atMs: 6 };
  const state = { ...freshState(), age };
  expect(knownAge(state, { id: 'first', contentDigest: A })).toEqual(age);
  expect(knownAge(state, { id: 'second', contentDigest: A })).toBeUndefined();
});

test('a confirmation ends the age that was known of the content, and of no other', () => {
  const aged = { ...freshState(), age: { contentDigest: A, ageMs: 5, atMs: 6 } };
  const [ofA, ofB] = [A, B].map((contentDigest) => ({ id: 'first', contentDigest })) as [Of, Of];
  expect(knownAge(aged, ofA)).toMatchObject({ ageMs: 5, atMs: 6 });
  expect(knownAge(aged, ofB)).toBeUndefined();
  expect(withConfirmed(aged, ofA, 9).age).toBeNull();
  expect(withConfirmed(aged, ofB, 9).age).toEqual(aged.age);
  expect(withConfirmed(aged, ofA, 9, true).age).toEqual({
    contentDigest: A,
    generation: 'first',
    ageMs: 0,
    atMs: 9,
  });
  expect(withConfirmed(aged, ofB, 9, true).age).toEqual(aged.age);
});

test('the mark is lowered when that is asked for', () => {
  const state = withPublished(freshState(), metadata(9_000));
  expect(withPublished(state, metadata(1_000)).highWater?.takenAtMs).toBe(9_000);
  expect(withPublished(state, metadata(1_000), { lower: true }).highWater?.takenAtMs).toBe(1_000);
});
