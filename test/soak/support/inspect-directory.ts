import { readdirSync } from 'node:fs';
import { type DataDirectory, openDataDirectory } from '../../../src/generations/data-directory.ts';
import { listGenerations } from '../../../src/generations/list-generations.ts';
import { loadState } from '../../../src/generations/load-state.ts';
import { openNewest } from '../../../src/generations/open-newest.ts';
import { stageGeneration } from '../../../src/generations/stage-generation.ts';
import { systemClock } from '../../../src/util/clock.ts';
import { stageOptions } from '../../generations/support/sample-generation.ts';

const MEMORY_BYTES = 16 * 1024 * 1024;

export interface Inspection {
  /** Content digest of what a start would serve. */
  readonly served: string | undefined;
  /** Ids of generations that a start could not serve. */
  readonly failures: readonly string[];
  /** Names of anything unfinished that is still there after the next copy. */
  readonly leftovers: readonly string[];
  /** What was wrong with state.json. */
  readonly problem: string | undefined;
  /** Whether a later generation can be published and is the one that is served then. */
  readonly takesMore: boolean;
}

/** Does to a data directory what the next start and the next copy do. */
export async function inspectDirectory(path: string): Promise<Inspection> {
  const directory = await openDataDirectory(path, 'test');
  try {
    const { problem, state } = await loadState(directory);
    const { pinned } = state;
    const { opened, failures } = await openNewest(directory, { memoryBytes: MEMORY_BYTES, clock: systemClock, pinned });
    const served = opened?.metadata.contentDigest;
    opened?.close();
    const known = served === undefined || state.highWater !== null;
    const takesMore = known && (await takesAnother(directory));
    // After a copy: it is what tidies up.
    const leftovers = [path, directory.generationsPath].flatMap((folder) =>
      readdirSync(folder).filter((name) => name.includes('.tmp-') || name.includes('oso-index-')),
    );
    return { served, failures: failures.map(({ id }) => id), leftovers, problem, takesMore };
  } finally {
    directory.close();
  }
}

async function takesAnother(directory: DataDirectory): Promise<boolean> {
  const takenAtMs = Date.now() + 3_600_000;
  const staged = await stageGeneration(directory, stageOptions({ takenAtMs }));
  (await staged.publish()).close();
  const [newest] = await listGenerations(directory);
  return newest?.id === staged.metadata.id;
}
