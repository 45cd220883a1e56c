import { quote } from '../../errors/quote.ts';
import { didYouMean } from '../../util/did-you-mean.ts';
import type { BlockNode } from '../ast.ts';
import { type BlockTable, type DeclaredName, declaredNames, findDeclared } from '../block-table.ts';

/** What a name is inside a block, inherited names included; in `global`, the global roles and permissions. */
export function declaredIn(table: BlockTable, block: BlockNode, name: string): DeclaredName | undefined {
  return block.container === 'global' ? table.global.get(name) : findDeclared(table, block.name.text, name);
}

/** The nearest declared name, or the advice to declare it. */
export function undeclaredHint(table: BlockTable, block: BlockNode, name: string): string {
  const names = block.container === 'global' ? table.global : declaredNames(table, block.name.text);
  const guess = didYouMean(name, names.keys());
  if (guess) return `did you mean ${quote(guess)}?`;
  if (block.container === 'global') return 'declare it as a role or permission of the `global` block';
  return `declare it as a role, permission or relation of ${quote(block.name.text)}`;
}
