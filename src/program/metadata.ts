import { compareStrings } from '../facts/compare-strings.ts';
import { type BlockTable, type DeclaredName, declaredNames } from '../polar/block-table.ts';
import type { BlockMetadata, PolicyMetadata } from './program.ts';

/** Every block and `global`, own and inherited names, everything sorted (api reference, 4.10; polar reference, 12.26). */
export function policyMetadata(table: BlockTable): PolicyMetadata {
  const blocks = new Map([...table.blocks.keys()].map((type) => [type, blockMetadata(declaredNames(table, type))]));
  blocks.set('global', blockMetadata(table.global));
  return { resources: new Map([...blocks].sort(byKey)) };
}

function blockMetadata(names: ReadonlyMap<string, DeclaredName>): BlockMetadata {
  const declared = [...names.values()];
  const ofKind = (kind: 'role' | 'permission') =>
    declared
      .filter((item) => item.kind === kind)
      .map(({ name }) => name)
      .sort(compareStrings);
  const relations = declared.flatMap((item) =>
    item.kind === 'relation' ? [[item.name, item.type.text] as const] : [],
  );
  return { roles: ofKind('role'), permissions: ofKind('permission'), relations: new Map(relations.sort(byKey)) };
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return compareStrings(a[0], b[0]);
}
