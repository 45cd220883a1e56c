import { ioError } from '../snapshot/io-error.ts';
import { syncDirectory } from '../snapshot/replace-file.ts';
import { type DataDirectory, requireWritable } from './data-directory.ts';
import { type GenerationEntry, listGenerations, listQuarantined } from './list-generations.ts';
import { removeFolder } from './remove-folder.ts';

/** Quarantined generations that are kept for a look; they cost disk. */
const KEEP_QUARANTINED = 1;

/**
 * Removes all but the newest `keep` generations and those in `inUse` (being served, or pinned), and all but the newest
 * quarantined one. Returns the ids that are gone. Meant for after a publication: then there is something to serve.
 * Throws DIRECTORY_UNUSABLE.
 */
export async function pruneGenerations(
  directory: DataDirectory,
  options: { readonly keep: number; readonly inUse: ReadonlySet<string> },
): Promise<readonly string[]> {
  requireWritable(directory);
  const generations = await listGenerations(directory);
  const quarantined = (await listQuarantined(directory)).slice(KEEP_QUARANTINED);
  const isReplaced = ({ id }: GenerationEntry) => generations.some((generation) => generation.id === id);
  const surplus = [
    ...generations.slice(options.keep).filter(({ id }) => !options.inUse.has(id)),
    ...quarantined.filter((entry) => !options.inUse.has(entry.id) || isReplaced(entry)),
  ];
  try {
    for (const { path } of surplus) await removeFolder(directory, path);
    if (surplus.length > 0) await syncDirectory(directory.generationsPath);
  } catch (error) {
    throw ioError(error, 'remove', directory.generationsPath);
  }
  return surplus.map(({ id }) => id);
}
