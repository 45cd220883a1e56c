import { compareStrings } from '../facts/compare-strings.ts';
import type { TypeSet } from './program.ts';
import type { TypeTable } from './type-table.ts';

/**
 * The shortest way to write these types: one name where one covers exactly them, else all, joined by `|`; a name without
 * its subtypes ends in `!`.
 */
export function describeTypes(set: TypeSet, table: TypeTable): string {
  if (set.kind === 'any') return '_';
  const covers = (type: string) => {
    const under = table.subtypesOf(type);
    return under.size === set.types.size && [...set.types].every((name) => under.has(name));
  };
  const [single] = set.types;
  if (set.types.size === 1 && single !== undefined && covers(single)) return single;
  const name = ['Actor', 'Resource', ...set.types].find(covers);
  if (name !== undefined) return name;
  if (set.types.size === 0) return 'nothing';
  const leaf = (type: string) => [...table.subtypesOf(type)].every((subtype) => set.types.has(subtype));
  return [...set.types]
    .sort(compareStrings)
    .map((type) => (leaf(type) ? type : `${type}!`))
    .join('|');
}
