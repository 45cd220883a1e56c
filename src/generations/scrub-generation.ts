import { OsoError } from '../errors/oso-error.ts';
import type { DataDirectory } from './data-directory.ts';
import { exists } from './exists.ts';
import { readGeneration } from './generation-file.ts';
import { checkIndexFile, readPolicy } from './intact-files.ts';
import { generationPath } from './list-generations.ts';
import { isDamage } from './quarantine.ts';

export interface ScrubVerdict {
  readonly id: string;
  /** `missing`: its folder is gone. */
  readonly kind: 'intact' | 'damaged' | 'missing';
  /** One line; empty when intact. */
  readonly message: string;
}

/**
 * Reads every byte of a generation again and compares it with its digests, as it lies on disk now. Throws
 * DIRECTORY_UNUSABLE when the disk does not answer, which says nothing about the data, or the signal's reason.
 */
export async function scrubGeneration(
  directory: DataDirectory,
  id: string,
  signal?: AbortSignal,
): Promise<ScrubVerdict> {
  const folder = generationPath(directory, id);
  if (!(await exists(folder))) return { id, kind: 'missing', message: `\`${folder}\` is gone` };
  try {
    const metadata = await readGeneration(folder);
    await readPolicy(folder, metadata);
    await checkIndexFile(folder, metadata, signal);
    return { id, kind: 'intact', message: '' };
  } catch (error) {
    if (error instanceof OsoError && isDamage(error)) return { id, kind: 'damaged', message: error.message };
    throw error;
  }
}
