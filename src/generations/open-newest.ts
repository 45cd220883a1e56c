import { OsoError } from '../errors/oso-error.ts';
import { messageOf } from '../util/message-of.ts';
import type { DataDirectory } from './data-directory.ts';
import type { Passed } from './directory-state.ts';
import { type GenerationEntry, listGenerations, listQuarantined } from './list-generations.ts';
import { newestFirst } from './newest-first.ts';
import { type OpenGeneration, type OpenGenerationOptions, openGeneration } from './open-generation.ts';
import { isDamage, quarantine, release } from './quarantine.ts';

/** A generation that could not be served, and why. */
interface GenerationFailure {
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
  readonly passed?: Passed | null | undefined;
}

/**
 * Opens the pinned generation or the newest that passes its checks. Damaged ones are quarantined when the directory is
 * open for writing; when nothing else is left, those quarantined before are tried once more. Throws DIRECTORY_UNUSABLE
 * when the directory cannot be listed, or the signal's reason.
 */
export async function openNewest(directory: DataDirectory, options: OpenNewestOptions): Promise<OpenedNewest> {
  const lastResort = await listQuarantined(directory);
  const failures: GenerationFailure[] = [];
  const entries = newestFirst(await listGenerations(directory), options.passed ?? null);
  for (const entry of pinnedFirst(entries, options.pinned)) {
    const result = await attempt(entry, options);
    if (!(result instanceof OsoError)) return { opened: result, failures };
    failures.push(await setAside(directory, entry, result));
  }
  for (const entry of lastResort) {
    const result = await attempt(entry, options);
    if (result instanceof OsoError) {
      failures.push({ id: entry.id, error: result, quarantined: true });
      continue;
    }
    // It can be served all the same when it does not get its name back.
    if (directory.writable) await release(directory, entry).catch(() => undefined);
    return { opened: result, failures };
  }
  return { opened: undefined, failures };
}

/** Why nothing was opened, in one error with the code of the first failure. */
export function joinFailures(failures: readonly GenerationFailure[]): OsoError {
  const [first, ...others] = failures.map(({ error }) => error);
  if (first === undefined) return new OsoError('NOTHING_TO_START_FROM', 'the data directory holds no generation');
  if (others.length === 0) return first;
  const message = [first.message, ...others.map(({ code, message }) => `${code}: ${message}`)].join('; ');
  return new OsoError(first.code, message, { hint: first.hint, cause: first });
}

/** Throws the signal's reason, and nothing else. */
async function attempt(entry: GenerationEntry, options: OpenNewestOptions): Promise<OpenGeneration | OsoError> {
  options.signal?.throwIfAborted();
  try {
    return await openGeneration(entry.path, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    return asOsoError(entry.id, error);
  }
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
  return new OsoError('INDEX_INVALID', `the generation ${id} cannot be opened: ${messageOf(error)}`, { cause: error });
}
