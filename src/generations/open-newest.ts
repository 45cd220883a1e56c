import { OsoError } from '../errors/oso-error.ts';
import type { DataDirectory } from './data-directory.ts';
import { type GenerationEntry, listGenerations } from './list-generations.ts';
import { type OpenGeneration, type OpenGenerationOptions, openGeneration } from './open-generation.ts';
import { isDamage, quarantine } from './quarantine.ts';

/** A generation that could not be served, and why. */
export interface GenerationFailure {
  readonly id: string;
  readonly error: OsoError;
  /** Whether it was put aside. */
  readonly quarantined: boolean;
}

export interface OpenedNewest {
  /** Undefined when the directory has nothing that can be served. */
  readonly opened: OpenGeneration | undefined;
  /** What was tried before, first attempt first. Never empty silently: whoever calls this reports it loudly. */
  readonly failures: readonly GenerationFailure[];
}

export interface OpenNewestOptions extends OpenGenerationOptions {
  /** Id of the generation to prefer over newer ones. */
  readonly pinned?: string | null | undefined;
}

/**
 * Opens the pinned generation or the newest that passes its checks. Damaged ones are quarantined when the directory is
 * open for writing. Throws DIRECTORY_UNUSABLE when the directory cannot be listed, or the signal's reason.
 */
export async function openNewest(directory: DataDirectory, options: OpenNewestOptions): Promise<OpenedNewest> {
  const failures: GenerationFailure[] = [];
  for (const entry of pinnedFirst(await listGenerations(directory), options.pinned)) {
    options.signal?.throwIfAborted();
    try {
      return { opened: await openGeneration(entry.path, options), failures };
    } catch (error) {
      options.signal?.throwIfAborted();
      failures.push(await setAside(directory, entry, asOsoError(entry.id, error)));
    }
  }
  return { opened: undefined, failures };
}

function pinnedFirst(
  entries: readonly GenerationEntry[],
  pinned: string | null | undefined,
): readonly GenerationEntry[] {
  return [...entries.filter(({ id }) => id === pinned), ...entries.filter(({ id }) => id !== pinned)];
}

/** A quarantine that fails must not keep the next generation from being served. */
async function setAside(directory: DataDirectory, entry: GenerationEntry, error: OsoError): Promise<GenerationFailure> {
  const quarantined =
    directory.writable &&
    isDamage(error) &&
    (await quarantine(directory, entry).then(
      () => true,
      () => false,
    ));
  return { id: entry.id, error, quarantined };
}

/** A defect of ours in one generation must not keep another one from being served either. */
function asOsoError(id: string, error: unknown): OsoError {
  if (error instanceof OsoError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new OsoError('INDEX_INVALID', `the generation ${id} cannot be opened: ${why}`, { cause: error });
}
