import { compareStrings } from '../facts/compare-strings.ts';
import type { Passed } from './directory-state.ts';

/** Latest first by their names, which tell when they were read; what live data have passed stands behind those. */
export function newestFirst<T extends { readonly id: string }>(
  entries: readonly T[],
  passed: Passed | null,
): readonly T[] {
  if (passed === null) return entries;
  const others = entries.filter(({ id }) => id !== passed.generation);
  const at = others.findIndex(({ id }) => compareStrings(id, passed.by) < 0);
  const itself = entries.filter(({ id }) => id === passed.generation);
  return others.toSpliced(at === -1 ? others.length : at, 0, ...itself);
}
