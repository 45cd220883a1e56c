import type { BlockNode, DeclarationNode, NameNode, PolicyNode, StringNode } from './ast.ts';

/**
 * Most types that one type may extend, directly or through others. Real hierarchies have a handful; the limit keeps
 * every question about types cheap, whatever the policy. Validation refuses more, and nothing here looks further.
 */
export const MAX_SUPERTYPES = 128;

/** A role, permission or relation that a block declares, and where. */
export type DeclaredName =
  | { readonly kind: 'role' | 'permission'; readonly name: string; readonly node: StringNode }
  | { readonly kind: 'relation'; readonly name: string; readonly type: NameNode; readonly node: NameNode };

/** All blocks of one name, merged (polar reference, 12.12). */
export interface Block {
  readonly name: string;
  /** `actor` when any part says so: an actor is a resource anyway. */
  readonly kind: 'actor' | 'resource';
  /** Every `extends` of every part, as written: a parent may be unknown, repeated or part of a cycle. */
  readonly parents: readonly NameNode[];
  /**
   * The type itself, then the blocks it extends, nearest first, each once. Unknown parents are left out and cycles end.
   * `Actor` and `Resource` are not listed. At most MAX_SUPERTYPES + 2 entries, which is one too many.
   */
  readonly supertypes: readonly string[];
  /** By name. Where a name is declared twice, the first one; validation reports the second. */
  readonly own: ReadonlyMap<string, DeclaredName>;
  /** In the order of the text, at least one. */
  readonly parts: readonly BlockNode[];
}

/** What the blocks of a policy declare. Malformed declarations are left out, so the table of any tree can be built. */
export interface BlockTable {
  /** `actor` and `resource` blocks by name, in the order of their first part. */
  readonly blocks: ReadonlyMap<string, Block>;
  /** Roles and permissions of `global`, by name. */
  readonly global: ReadonlyMap<string, DeclaredName>;
}

/** Collects the blocks of a policy; reads the tree once. */
export function buildBlockTable(policy: PolicyNode): BlockTable {
  const partsByName = new Map<string, BlockNode[]>();
  const globalParts: BlockNode[] = [];
  for (const item of policy.items) {
    if (item.kind !== 'block') continue;
    if (item.container === 'global') {
      globalParts.push(item);
      continue;
    }
    const parts = partsByName.get(item.name.text);
    if (parts) parts.push(item);
    else partsByName.set(item.name.text, [item]);
  }
  const parents = new Map([...partsByName].map(([name, parts]) => [name, parentNames(parts)]));
  const blocks = new Map([...partsByName].map(([name, parts]) => [name, mergeParts(name, parts, parents)]));
  const global = [...ownNames(globalParts)].filter(([, declared]) => declared.kind !== 'relation');
  return { blocks, global: new Map(global) };
}

/** `supertypes` of the block of this name; empty for a type without a block. */
export function supertypesOf(table: BlockTable, type: string): readonly string[] {
  return table.blocks.get(type)?.supertypes ?? [];
}

/**
 * What `name` is on `type`: declared by the type itself, else by the nearest type that it extends (polar reference, 4.2
 * and 4.4). Absent when undeclared, or when the type has no block.
 */
export function findDeclared(table: BlockTable, type: string, name: string): DeclaredName | undefined {
  for (const supertype of supertypesOf(table, type)) {
    const declared = table.blocks.get(supertype)?.own.get(name);
    if (declared) return declared;
  }
  return undefined;
}

/** Every name declared on `type`, own and inherited; an own declaration hides an inherited one. */
export function declaredNames(table: BlockTable, type: string): ReadonlyMap<string, DeclaredName> {
  const names = new Map<string, DeclaredName>();
  for (const supertype of supertypesOf(table, type)) {
    for (const [name, declared] of table.blocks.get(supertype)?.own ?? []) {
      if (!names.has(name)) names.set(name, declared);
    }
  }
  return names;
}

/** The types of which some value may be an actor: actor blocks and everything that they extend. */
export function typesOfActors(table: BlockTable): ReadonlySet<string> {
  const types = new Set<string>();
  for (const block of table.blocks.values()) {
    if (block.kind === 'actor') for (const type of supertypesOf(table, block.name)) types.add(type);
  }
  return types;
}

type ParentNames = ReadonlyMap<string, ReadonlySet<string>>;

function parentNames(parts: readonly BlockNode[]): ReadonlySet<string> {
  return new Set(parts.flatMap((part) => part.parents).map((parent) => parent.text));
}

function mergeParts(name: string, parts: readonly BlockNode[], parents: ParentNames): Block {
  return {
    name,
    kind: parts.some((part) => part.container === 'actor') ? 'actor' : 'resource',
    parents: parts.flatMap((part) => part.parents),
    supertypes: closure(name, parents),
    own: ownNames(parts),
    parts,
  };
}

/** Breadth first. A set keeps the order in which names were added, and iterates over those added meanwhile. */
function closure(type: string, parents: ParentNames): readonly string[] {
  const found = new Set([type]);
  for (const name of found) {
    for (const parent of parents.get(name) ?? []) {
      if (parents.has(parent)) found.add(parent);
      if (found.size > MAX_SUPERTYPES + 1) return [...found];
    }
  }
  return [...found];
}

function ownNames(parts: readonly BlockNode[]): ReadonlyMap<string, DeclaredName> {
  const names = new Map<string, DeclaredName>();
  for (const part of parts) {
    for (const declared of part.declarations.flatMap(namesOf)) {
      if (!names.has(declared.name)) names.set(declared.name, declared);
    }
  }
  return names;
}

/** The names of one declaration in the order of the text, repetitions included; none when its key or container is wrong. */
export function namesOf(declaration: DeclarationNode): DeclaredName[] {
  const { key, value } = declaration;
  if (key.text === 'relations') {
    if (value.kind !== 'dictionary') return [];
    return value.fields.flatMap(({ name, type }) =>
      type === undefined ? [] : [{ kind: 'relation' as const, name: name.text, type, node: name }],
    );
  }
  const kind = key.text === 'roles' ? 'role' : key.text === 'permissions' ? 'permission' : undefined;
  if (kind === undefined || value.kind !== 'list') return [];
  return value.items.flatMap((item) => (item.kind === 'string' ? [{ kind, name: item.value, node: item }] : []));
}
