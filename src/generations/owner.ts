import type { GenerationMetadata } from './generation.ts';

/** Whose data some data are. */
export type Owner = Pick<GenerationMetadata, 'environment' | 'tenant'>;

export function isSameOwner(left: Owner, right: Owner): boolean {
  return left.environment === right.environment && left.tenant === right.tenant;
}
