import { OsoError } from '../errors/oso-error.ts';
import type { DirectorySurvey } from './survey-directory.ts';

/** The generation to pin: the one asked for, or the one before the current one. Throws GENERATION_NOT_FOUND. */
export function pinTarget(
  { generations }: DirectorySurvey,
  current: string | undefined,
  wanted: string | undefined,
): string {
  if (wanted !== undefined) {
    if (generations.some(({ id }) => id === wanted)) return wanted;
    throw new OsoError('GENERATION_NOT_FOUND', `there is no generation \`${wanted}\``, {
      hint: '`oso-fallback status` lists those that are there',
    });
  }
  const at = generations.findIndex(({ id }) => id === current);
  const before = at === -1 ? undefined : generations[at + 1];
  if (before) return before.id;
  throw new OsoError('GENERATION_NOT_FOUND', 'there is no generation before the current one', {
    hint: '`oso-fallback status` lists those that are there',
  });
}

/** What is served instead is told beside it. */
export function describeLostPin(pinned: string): string {
  return `the pinned generation ${pinned} cannot be served`;
}
