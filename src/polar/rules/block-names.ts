import { quote } from '../../errors/quote.ts';
import { isBuiltInType } from '../built-in-types.ts';
import type { ValidationContext } from '../validation-context.ts';

/**
 * Block names
 *
 * A block cannot take the name of a built-in type, of the wildcard, or of the global block. Blocks of one name are one
 * block; when they are an actor and a resource, that is an actor (polar reference, 3.1 and 12.12).
 */
export function blockNames({ blocks, report }: ValidationContext): void {
  for (const { name, parts } of blocks.blocks.values()) {
    if (isBuiltInType(name) || name === '_' || name === 'global') {
      for (const part of parts) {
        report({
          severity: 'error',
          code: 'POLAR_DECLARATION',
          message: `a block cannot have the built-in name ${quote(name)}`,
          span: part.name.span,
          hint: 'give the block another name',
        });
      }
    }
    const other = parts.find((part) => part.container !== parts[0]?.container);
    if (!other) continue;
    report({
      severity: 'warning',
      code: 'POLAR_STYLE',
      message: `${quote(name)} is both an actor and a resource`,
      span: other.name.span,
      hint: 'it counts as an actor, with the declarations of both blocks',
    });
  }
}
