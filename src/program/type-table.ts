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

export const PRIMITIVE_TYPES: ReadonlySet<string> = new Set(['String', 'Integer', 'Boolean']);
