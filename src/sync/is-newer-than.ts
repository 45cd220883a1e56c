import type { GenerationMetadata } from '../generations/generation.ts';
import { isSameOwner } from '../generations/owner.ts';
import { loadReader } from '../snapshot/load-reader.ts';
import { takenAtMsOf } from '../snapshot/parse-manifest.ts';

/**
 * Whether a snapshot file is newer than what is served, as its manifest says. So is any file when nothing is served, and one of
 * another environment or tenant: data of others are not passed over in silence, a guard decides. Throws what reading it throws.
 */
export async function isNewerThan(
  served: GenerationMetadata | undefined,
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { openSnapshot } = await loadReader();
  await using snapshot = await openSnapshot(path, { signal });
  if (served === undefined) return true;
  const { manifest } = snapshot;
  return !isSameOwner(manifest, served) || takenAtMsOf(manifest) > served.takenAtMs;
}
