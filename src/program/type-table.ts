import type { Block } from '../polar/block-table.ts';
import { ABSTRACT_TYPES, PRIMITIVE_TYPES } from '../polar/built-in-types.ts';

/** The types of a policy (polar reference, 3.1 and 4.4). */
export interface TypeTable {
  /** Declared block types, by name; `kind` is `actor` when any block of the name says so. */
  readonly blocks: ReadonlyMap<string, { readonly kind: 'actor' | 'resource'; readonly parents: readonly string[] }>;
  /** True for `Actor` and `Resource`, which no stored value can have. */
  isAbstract(type: string): boolean;
  /**
   * The concrete types that a variable of this type accepts: the type and its subtypes; for `Actor`
   * every actor block, for `Resource` every block. A type that no block declares stands for itself.
   */
  subtypesOf(type: string): ReadonlySet<string>;
}

export { PRIMITIVE_TYPES };

/** Keeps nothing of the tree: parents become names, and the closure of subtypes is computed once. */
export function createTypeTable(declared: ReadonlyMap<string, Block>): TypeTable {
  const blocks = new Map(
    [...declared.values()].map(({ name, kind, parents }) => [
      name,
      { kind, parents: [...new Set(parents.map((parent) => parent.text))] },
    ]),
  );
  const subtypes = new Map<string, Set<string>>();
  for (const { name, supertypes } of declared.values()) {
    for (const supertype of supertypes) addTo(subtypes, supertype, name);
  }
  const actors = [...blocks].filter(([, { kind }]) => kind === 'actor').map(([name]) => name);
  subtypes.set('Actor', new Set(actors));
  subtypes.set('Resource', new Set(blocks.keys()));
  for (const type of PRIMITIVE_TYPES) subtypes.set(type, new Set([type]));

  return {
    blocks,
    isAbstract: (type) => ABSTRACT_TYPES.has(type),
    subtypesOf: (type) => subtypes.get(type) ?? new Set([type]),
  };
}

function addTo(sets: Map<string, Set<string>>, key: string, item: string): void {
  const set = sets.get(key);
  if (set) set.add(item);
  else sets.set(key, new Set([item]));
}
