import { quote } from '../../errors/quote.ts';
import type { BlockNode } from '../ast.ts';
import { type Block, type BlockTable, type DeclaredName, namesOf } from '../block-table.ts';
import type { ValidationContext } from '../validation-context.ts';

/**
 * Unique declarations
 *
 * Within a block, and within all it extends, a name is a role, a permission or a relation, not two of them, and a
 * relation has one type. A child may declare an inherited name again as the same kind (polar reference, 3.2 and 4.4).
 */
export function uniqueDeclarations(context: ValidationContext): void {
  for (const block of context.blocks.blocks.values()) {
    checkParts(context, block.name, block.parts);
    checkInherited(context, context.blocks, block);
  }
  const global = context.nodesOf('block').filter(({ container }) => container === 'global');
  checkParts(context, 'global', global);
}

function checkParts({ report }: ValidationContext, block: string, parts: readonly BlockNode[]): void {
  const first = new Map<string, DeclaredName>();
  for (const declaration of parts.flatMap((part) => part.declarations)) {
    const here = new Set<string>();
    for (const declared of namesOf(declaration)) {
      const { name } = declared;
      const known = first.get(name);
      if (!known) first.set(name, declared);
      else if (!agree(known, declared)) {
        report({
          severity: 'error',
          code: 'POLAR_DECLARATION',
          message: `${quote(name)} is already ${describe(known)} of ${quote(block)}`,
          span: declared.node.span,
          hint: 'within a block, a name is one thing only',
        });
      } else if (here.has(name)) {
        const message = `${quote(name)} stands twice in the same declaration`;
        report({ severity: 'warning', code: 'POLAR_STYLE', message, span: declared.node.span, hint: 'remove one' });
      }
      here.add(name);
    }
  }
}

function checkInherited({ report }: ValidationContext, table: BlockTable, block: Block): void {
  for (const declared of block.own.values()) {
    for (const supertype of block.supertypes.slice(1)) {
      const inherited = table.blocks.get(supertype)?.own.get(declared.name);
      if (!inherited || inherited.kind === declared.kind) continue;
      report({
        severity: 'error',
        code: 'POLAR_DECLARATION',
        message: `${quote(declared.name)} is a ${declared.kind} of ${quote(block.name)}, but a ${inherited.kind} of ${quote(supertype)}, which it extends`,
        span: declared.node.span,
        hint: 'give one of them another name',
      });
    }
  }
}

function agree(a: DeclaredName, b: DeclaredName): boolean {
  if (a.kind === 'relation' && b.kind === 'relation') return a.type.text === b.type.text;
  return a.kind === b.kind;
}

function describe(declared: DeclaredName): string {
  return declared.kind === 'relation' ? `a relation to ${quote(declared.type.text)}` : `a ${declared.kind}`;
}
