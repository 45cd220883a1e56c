import type { DataDirectory } from './data-directory.ts';
import { type DirectoryState, readStateFile, writeState } from './directory-state.ts';
import { withMarkOfAll } from './load-state.ts';

/** The `state.json` of a directory in the hands of one process: changes happen one after the other, and none is lost. */
export interface StateBook {
  /** As of the last change. */
  readonly state: DirectoryState;
  /** Applies a change to what is on disk and makes it durable. Throws DIRECTORY_UNUSABLE or NO_SPACE. */
  update(change: (state: DirectoryState) => DirectoryState): Promise<DirectoryState>;
}

/** `first` is what was loaded at the start; a file that vanishes or is damaged later is written anew from memory. */
export function createStateBook(directory: DataDirectory, first: DirectoryState): StateBook {
  let state = first;
  let queue: Promise<unknown> = Promise.resolve();

  async function apply(change: (state: DirectoryState) => DirectoryState): Promise<DirectoryState> {
    const { state: written } = await readStateFile(directory);
    // Another client id is that of a fresh state: the file is gone, and what it said is only here.
    const before = written.clientId === state.clientId ? written : state;
    // A mark that only generations tell of goes with them.
    const after = change(await withMarkOfAll(directory, before));
    if (after !== written) await writeState(directory, after);
    state = after;
    return after;
  }

  return {
    get state() {
      return state;
    },
    update(change) {
      const result = queue.then(() => apply(change));
      queue = result.catch(() => {});
      return result;
    },
  };
}
