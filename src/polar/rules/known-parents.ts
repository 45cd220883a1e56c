import { quote } from '../../errors/quote.ts';
import { didYouMean } from '../../util/did-you-mean.ts';
import type { NameNode } from '../ast.ts';
import { type Block, type BlockTable, MAX_SUPERTYPES, supertypesOf } from '../block-table.ts';
import { isBuiltInType } from '../built-in-types.ts';
import type { Finding, ValidationContext } from '../validation-context.ts';

/**
 * Known parents
 *
 * `extends` names declared blocks, not in a circle; a resource does not extend an actor, while an actor may extend a
 * resource (polar reference, 3.1.3 and 12.25).
 */
export function knownParents({ blocks, report }: ValidationContext): void {
  for (const block of blocks.blocks.values()) {
    for (const parent of block.parents) {
      const fault = faultOf(blocks, block, parent);
      if (fault) report({ severity: 'error', code: 'POLAR_EXTENDS', span: parent.span, ...fault });
    }
    const [firstParent] = block.parents;
    if (block.supertypes.length - 1 <= MAX_SUPERTYPES || !firstParent) continue;
    report({
      severity: 'error',
      code: 'POLAR_COMPLEX',
      message: `${quote(block.name)} extends more than ${MAX_SUPERTYPES} types`,
      span: firstParent.span,
      hint: 'make the hierarchy flatter',
    });
  }
}

function faultOf(table: BlockTable, block: Block, { text }: NameNode): Pick<Finding, 'message' | 'hint'> | undefined {
  const parent = table.blocks.get(text);
  if (!parent && isBuiltInType(text)) {
    return {
      message: `${quote(text)} is a built-in type and cannot be extended`,
      hint: 'extend a block of the policy',
    };
  }
  if (!parent) {
    return {
      message: `${quote(block.name)} extends ${quote(text)}, which has no block`,
      hint: () => guess(table, block, text),
    };
  }
  if (supertypesOf(table, text).includes(block.name)) {
    return {
      message: `${quote(block.name)} extends itself by ${quote(text)}`,
      hint: 'remove one `extends` of the circle',
    };
  }
  if (block.kind === 'resource' && parent.kind === 'actor') {
    return {
      message: `the resource ${quote(block.name)} cannot extend the actor ${quote(text)}`,
      hint: `make ${quote(block.name)} an actor, or ${quote(text)} a resource`,
    };
  }
  return undefined;
}

function guess(table: BlockTable, block: Block, text: string): string {
  const others = [...table.blocks.keys()].filter((name) => name !== block.name);
  const name = didYouMean(text, others);
  return name ? `did you mean ${quote(name)}?` : `declare it: \`resource ${text} {}\``;
}
