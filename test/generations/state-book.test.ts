import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type DataDirectory, openDataDirectory } from '../../src/generations/data-directory.ts';
import { freshState, readStateFile } from '../../src/generations/directory-state.ts';
import { generationPath } from '../../src/generations/list-generations.ts';
import { stageGeneration } from '../../src/generations/stage-generation.ts';
import { createStateBook } from '../../src/generations/state-book.ts';
import { TAKEN_AT_MS, temporaryDirectory } from '../snapshot/support/sample-snapshot.ts';
import { stageOptions } from './support/sample-generation.ts';

const A = 'a'.repeat(64);

async function openBook(path: string) {
  const directory = await openDataDirectory(path, 'test');
  return { directory, book: createStateBook(directory, { ...freshState(), clientId: 'client-1' }) };
}

test('changes happen one after the other, on what is on disk, and none is lost', async () => {
  using parent = temporaryDirectory();
  const { directory, book } = await openBook(parent.file('data'));
  await Promise.all([
    book.update((state) => ({ ...state, confirmed: { contentDigest: A, atMs: 1 } })),
    book.update((state) => ({ ...state, age: { contentDigest: A, ageMs: 2, atMs: 3 } })),
  ]);
  const { state } = await readStateFile(directory);
  expect(state).toMatchObject({ clientId: 'client-1', confirmed: { atMs: 1 }, age: { ageMs: 2 } });
  expect(book.state).toEqual(state);
  directory.close();
});

/** As a build process does it, which leaves the state to its owner. */
async function publish(directory: DataDirectory): Promise<string> {
  const staged = await stageGeneration(directory, stageOptions());
  (await staged.publish({ leaveState: true })).close();
  return staged.metadata.id;
}

test('the mark of what was published is written down with the next change, and outlives its generation', async () => {
  using parent = temporaryDirectory();
  const { directory, book } = await openBook(parent.file('data'));
  await book.update((state) => ({ ...state }));
  const id = await publish(directory);
  await book.update((state) => state);
  rmSync(generationPath(directory, id), { recursive: true });
  expect((await book.update((state) => state)).highWater).toMatchObject({ takenAtMs: TAKEN_AT_MS });
  directory.close();
});

test('a change that fails leaves the book usable', async () => {
  using parent = temporaryDirectory();
  const { directory, book } = await openBook(parent.file('data'));
  const broken = book.update(() => {
    throw new Error('no');
  });
  await expect(broken).rejects.toThrow('no');
  expect((await book.update((state) => ({ ...state, pinned: null }))).clientId).toBe('client-1');
  directory.close();
});

test('a file that was deleted or damaged meanwhile is written anew from memory', async () => {
  using parent = temporaryDirectory();
  const { directory, book } = await openBook(parent.file('data'));
  await book.update((state) => ({ ...state, confirmed: { contentDigest: A, atMs: 1 } }));
  for (const spoil of [
    () => rmSync(join(directory.path, 'state.json')),
    () => writeFileSync(join(directory.path, 'state.json'), '{'),
  ]) {
    spoil();
    await book.update((state) => state);
    expect((await readStateFile(directory)).state).toMatchObject({ clientId: 'client-1', confirmed: { atMs: 1 } });
  }
  directory.close();
});

test('a directory deleted under its owner is made and locked again', async () => {
  using parent = temporaryDirectory();
  const { directory, book } = await openBook(parent.file('data'));
  expect(await directory.restore()).toBe(false);
  rmSync(directory.path, { recursive: true });
  expect(await directory.restore()).toBe(true);
  await expect(openDataDirectory(parent.file('data'), 'other')).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' });
  await book.update((state) => ({ ...state }));
  expect((await readStateFile(directory)).state.clientId).toBe('client-1');
  directory.close();
  (await openDataDirectory(parent.file('data'), 'other')).close();
});
