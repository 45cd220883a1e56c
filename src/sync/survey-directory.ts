import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDirectory } from '../generations/data-directory.ts';
import type { GenerationMetadata } from '../generations/generation.ts';
import { readGeneration } from '../generations/generation-file.ts';
import { listGenerations, listQuarantined } from '../generations/list-generations.ts';

/** What a data directory holds, without opening any of it. */
export interface DirectorySurvey {
  /** Newest first. */
  readonly generations: readonly SurveyedGeneration[];
  readonly quarantined: readonly string[];
}

export interface SurveyedGeneration {
  readonly id: string;
  readonly takenAtMs: number;
  /** Undefined when it cannot be read. */
  readonly metadata: GenerationMetadata | undefined;
  /** Of policy and index; undefined when they are not there. */
  readonly bytes: number | undefined;
}

/** Throws DIRECTORY_UNUSABLE. */
export async function surveyDirectory(directory: DataDirectory): Promise<DirectorySurvey> {
  const [entries, quarantined] = await Promise.all([listGenerations(directory), listQuarantined(directory)]);
  const generations = await Promise.all(
    entries.map(async ({ id, path, takenAtMs }) => ({
      id,
      takenAtMs,
      metadata: await readGeneration(path).catch(() => undefined),
      bytes: await sizeOf(path).catch(() => undefined),
    })),
  );
  return { generations, quarantined: quarantined.map(({ id }) => id) };
}

async function sizeOf(path: string): Promise<number> {
  const sizes = await Promise.all(
    ['policy.polar', 'facts.index'].map(async (name) => (await stat(join(path, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
