import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OsoError } from '../errors/oso-error.ts';
import type { DataDirectory } from '../generations/data-directory.ts';
import type { GenerationMetadata } from '../generations/generation.ts';
import { readGeneration } from '../generations/generation-file.ts';
import { listGenerations, listQuarantined } from '../generations/list-generations.ts';
import { directoryIdOf } from '../generations/lock.ts';
import { ioError } from '../snapshot/io-error.ts';
import { messageOf } from '../util/message-of.ts';

/** What a data directory holds, without opening any of it. */
export interface DirectorySurvey {
  /** Newest first. */
  readonly generations: readonly SurveyedGeneration[];
  readonly quarantined: readonly string[];
  /** Tells this directory from all others, null where it was never opened for writing. */
  readonly directoryId: string | null;
}

export interface SurveyedGeneration {
  readonly id: string;
  readonly takenAtMs: number;
  /** Undefined when it cannot be read. */
  readonly metadata: GenerationMetadata | undefined;
  /** Of policy and index; undefined when they are not there. */
  readonly bytes: number | undefined;
  /** Why one of them is not known, with the code of the error. */
  readonly problem: string | undefined;
}

/** Throws DIRECTORY_UNUSABLE. */
export async function surveyDirectory(directory: DataDirectory): Promise<DirectorySurvey> {
  const [entries, quarantined, directoryId] = await Promise.all([
    listGenerations(directory),
    listQuarantined(directory),
    directoryIdOf(directory.path),
  ]);
  const generations = await Promise.all(
    entries.map(async ({ id, path, takenAtMs }) => {
      const [metadata, bytes] = await Promise.allSettled([readGeneration(path), sizeOf(path)]);
      const failure = [metadata, bytes].find(({ status }) => status === 'rejected');
      return {
        id,
        takenAtMs,
        metadata: metadata.status === 'fulfilled' ? metadata.value : undefined,
        bytes: bytes.status === 'fulfilled' ? bytes.value : undefined,
        problem: failure?.status === 'rejected' ? describe(failure.reason, path) : undefined,
      };
    }),
  );
  return { generations, quarantined: quarantined.map(({ id }) => id), directoryId };
}

function describe(reason: unknown, path: string): string {
  const error = ioError(reason, 'examine', path);
  return error instanceof OsoError ? `${error.code}: ${error.message}` : messageOf(error);
}

async function sizeOf(path: string): Promise<number> {
  const sizes = await Promise.all(
    ['policy.polar', 'facts.index'].map(async (name) => (await stat(join(path, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
