import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../errors/errno.ts';
import { compareStrings } from '../facts/compare-strings.ts';
import { ioError } from '../snapshot/io-error.ts';
import type { DataDirectory } from './data-directory.ts';
import { takenAtMsInId } from './generation-id.ts';

/** Prefix of generations that were put aside. */
export const QUARANTINE_PREFIX = 'quarantined-';

/** A folder that bears the name of a generation. Whether it is intact only opening tells. */
export interface GenerationEntry {
  readonly id: string;
  readonly path: string;
  /** Milliseconds since the Unix epoch. */
  readonly takenAtMs: number;
}

/** Newest first. Names that are not ours are passed over. Throws DIRECTORY_UNUSABLE. */
export async function listGenerations(directory: DataDirectory): Promise<readonly GenerationEntry[]> {
  return entriesOf(directory, await readNames(directory));
}

/** Generations that failed their checks, newest first; `path` is where they lie. */
export async function listQuarantined(directory: DataDirectory): Promise<readonly GenerationEntry[]> {
  const names = (await readNames(directory)).filter((name) => name.startsWith(QUARANTINE_PREFIX));
  const ids = names.map((name) => name.slice(QUARANTINE_PREFIX.length));
  return entriesOf(directory, ids).map((entry) => ({ ...entry, path: quarantinePath(directory, entry.id) }));
}

export function generationPath(directory: DataDirectory, id: string): string {
  return join(directory.generationsPath, id);
}

export function quarantinePath(directory: DataDirectory, id: string): string {
  return join(directory.generationsPath, `${QUARANTINE_PREFIX}${id}`);
}

function entriesOf(directory: DataDirectory, ids: readonly string[]): GenerationEntry[] {
  return ids
    .flatMap((id) => {
      const takenAtMs = takenAtMsInId(id);
      return takenAtMs === undefined ? [] : [{ id, path: generationPath(directory, id), takenAtMs }];
    })
    .sort((a, b) => compareStrings(b.id, a.id));
}

async function readNames(directory: DataDirectory): Promise<readonly string[]> {
  try {
    return await readdir(directory.generationsPath);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw ioError(error, 'read', directory.generationsPath);
  }
}
