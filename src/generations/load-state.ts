import { rename } from 'node:fs/promises';
import { OsoError } from '../errors/oso-error.ts';
import type { DataDirectory } from './data-directory.ts';
import { type DirectoryState, freshState, readStateFile, statePath, withPublished } from './directory-state.ts';
import { readGeneration } from './generation-file.ts';
import { listGenerations } from './list-generations.ts';
import { isSameOwner, type Owner } from './owner.ts';

/**
 * The state of a directory, with the high-water mark not below any generation that is there: a kill between publishing
 * a generation and replacing `state.json`, or the loss of that file, must not let older data in. `problem` is one line
 * for the log when `state.json` made no sense. Throws DIRECTORY_UNUSABLE, SNAPSHOT_NEWER.
 */
export async function loadState(
  directory: DataDirectory,
): Promise<{ readonly state: DirectoryState; readonly problem: string | undefined }> {
  const { state, problem } = await readStateFile(directory);
  return { state: await withMarkOfAll(directory, state), problem };
}

/** The state with its mark raised to the newest generation of its environment; the same object when it was high enough. */
export async function withMarkOfAll(directory: DataDirectory, state: DirectoryState): Promise<DirectoryState> {
  let raised = state;
  for (const { path } of await listGenerations(directory)) {
    const metadata = await readGeneration(path).catch(() => undefined);
    if (metadata !== undefined && belongsTo(raised, metadata)) raised = withPublished(raised, metadata);
  }
  return raised;
}

/**
 * `loadState` for a node. A `state.json` that the disk cannot read is renamed to `state.json.unreadable`, so that the node
 * can still serve intact data. Throws DIRECTORY_UNUSABLE when it cannot be renamed, or the lock is not ours; SNAPSHOT_NEWER.
 */
export async function loadStateToServe(directory: DataDirectory): ReturnType<typeof loadState> {
  const path = statePath(directory);
  const failure: unknown = await readStateFile(directory).catch((error: unknown) => error);
  if (!(failure instanceof OsoError) || failure.code !== 'DIRECTORY_UNUSABLE') return await loadState(directory);
  // Without the lock it is the file of somebody else, who may be at work.
  if (!directory.writable) throw failure;
  const aside = `${path}.unreadable`;
  await rename(path, aside).catch(() => {
    throw failure;
  });
  const { state } = await loadState(directory);
  return { state, problem: `${failure.message}; put aside as \`${aside}\`: pins and ages in it are not known` };
}

/** `loadState` for commands that only look: a file that cannot be read becomes a `problem`. Throws SNAPSHOT_NEWER. */
export async function loadStateToLook(directory: DataDirectory): ReturnType<typeof loadState> {
  return await loadState(directory).catch((error: unknown) => {
    if (!(error instanceof OsoError) || error.code !== 'DIRECTORY_UNUSABLE') throw error;
    return { state: freshState(), problem: `${error.message}: pins and ages in it are not known` };
  });
}

/** A generation of an environment that the directory no longer serves says nothing about the mark. */
function belongsTo({ highWater }: DirectoryState, of: Owner): boolean {
  return highWater === null || isSameOwner(highWater, of);
}
