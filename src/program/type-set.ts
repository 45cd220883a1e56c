import type { TypeSet } from './program.ts';
import type { TypeTable } from './type-table.ts';

/** Every type that exists, also one that no block declares. */
export const ANY_TYPE: TypeSet = { kind: 'any' };

export function typesNamed(...names: readonly string[]): TypeSet {
  return { kind: 'some', types: new Set(names) };
}

/** What a variable of this type accepts. */
export function typesUnder(table: TypeTable, type: string): TypeSet {
  return { kind: 'some', types: table.subtypesOf(type) };
}

export function hasType(set: TypeSet, type: string): boolean {
  return set.kind === 'any' || set.types.has(type);
}

export function isEmptyTypeSet(set: TypeSet): boolean {
  return set.kind === 'some' && set.types.size === 0;
}

/** Types in both. Gives back one of its arguments when that is the answer, so equal sets tend to stay one object. */
export function intersectTypes(a: TypeSet, b: TypeSet): TypeSet {
  if (a.kind === 'any' || a === b) return b;
  if (b.kind === 'any') return a;
  const [small, large] = a.types.size <= b.types.size ? [a, b] : [b, a];
  const both = [...small.types].filter((type) => large.types.has(type));
  return both.length === small.types.size ? small : { kind: 'some', types: new Set(both) };
}

/** Whether some type is in both. */
export function typesOverlap(a: TypeSet, b: TypeSet): boolean {
  if (a.kind === 'any') return !isEmptyTypeSet(b);
  if (b.kind === 'any') return a.types.size > 0;
  if (a.types === b.types) return a.types.size > 0;
  const [small, large] = a.types.size <= b.types.size ? [a.types, b.types] : [b.types, a.types];
  for (const type of small) if (large.has(type)) return true;
  return false;
}

/** Equal sets have equal keys: names in code unit order, each quoted. */
export function typeSetKey(set: TypeSet): string {
  if (set.kind === 'any') return '*';
  const known = keys.get(set.types);
  if (known !== undefined) return known;
  const key = JSON.stringify([...set.types].sort());
  keys.set(set.types, key);
  return key;
}

/** A set is never changed once it is part of a TypeSet. */
const keys = new WeakMap<ReadonlySet<string>, string>();
