import { OsoError } from '../errors/oso-error.ts';
import { isSameOwner, type Owner } from '../generations/owner.ts';
import type { DirectorySurvey } from './survey-directory.ts';

interface PinFrom {
  /** Id of what is served, or would be. */
  readonly current: string | undefined;
  /** Whose data it is; null: nobody knows. */
  readonly owner: Owner | null;
}

/** Whether data belong to somebody. Those that cannot be read may. */
export const isOwnedBy = (owner: Owner | null, data: Owner | undefined) =>
  owner === null || data === undefined || isSameOwner(owner, data);

/** The generation to pin: the one asked for, or the one of the same owner before the current one. Throws GENERATION_NOT_FOUND. */
export function pinTarget(
  { generations }: DirectorySurvey,
  { current, owner }: PinFrom,
  wanted: string | undefined,
): string {
  if (wanted !== undefined) {
    if (generations.some(({ id }) => id === wanted)) return wanted;
    throw generationNotFound(`there is no generation \`${wanted}\``);
  }
  const at = generations.findIndex(({ id }) => id === current);
  const older = at === -1 ? [] : generations.slice(at + 1);
  const before = older.find(({ metadata }) => isOwnedBy(owner, metadata));
  if (before) return before.id;
  const ours = older.length > 0 ? ' of the same environment and tenant' : '';
  throw generationNotFound(`there is no generation${ours} before the current one`);
}

export function generationNotFound(message: string): OsoError {
  return new OsoError('GENERATION_NOT_FOUND', message, { hint: '`oso-fallback status` lists those that are there' });
}

export function generationOfOthers(message: string): OsoError {
  return new OsoError('GUARD_ENVIRONMENT', message, {
    hint: 'a node that is configured for those serves it without a pin; or give another --directory',
  });
}

/** The message of the alarm `pin`. Status shows beside it what is served instead. */
export function describeLostPin(pinned: string): string {
  return `the pinned generation ${pinned} cannot be served`;
}
