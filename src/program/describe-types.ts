import { compareStrings } from '../facts/compare-strings.ts';
import type { TypeSet } from './program.ts';
import type { TypeTable } from './type-table.ts';

/** The shortest way a policy could write these types: one name where one covers exactly them, else all, joined by `|`. */
export function describeTypes(set: TypeSet, table: TypeTable): string {
  if (set.kind === 'any') return '_';
  const covers = (type: string) => {
    const under = table.subtypesOf(type);
    return under.size === set.types.size && [...set.types].every((name) => under.has(name));
  };
  const [single] = set.types;
  if (set.types.size === 1 && single !== undefined && covers(single)) return single;
  const name = ['Actor', 'Resource', ...set.types].find(covers);
  return name ?? [...set.types].sort(compareStrings).join('|');
}
