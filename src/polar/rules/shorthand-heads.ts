import { quote } from '../../errors/quote.ts';
import type { BlockNode, TermNode } from '../ast.ts';
import type { Finding, ValidationContext } from '../validation-context.ts';
import { declaredIn, undeclaredHint } from './declared-in.ts';

/**
 * Shorthand heads
 *
 * A rule of a block gives a declared role or permission, own or inherited, or any of them: `role`, `permission`
 * (polar reference, 4.1).
 */
export function shorthandHeads({ blocks, nodesOf, report }: ValidationContext): void {
  for (const block of nodesOf('block')) {
    for (const { head } of block.rules) {
      const fault = head.kind === 'string' ? faultOfName(head.value, block) : faultOfTerm(head);
      if (fault) report({ severity: 'error', span: head.span, ...fault });
    }
  }

  function faultOfName(name: string, block: BlockNode): Fault | undefined {
    const declared = declaredIn(blocks, block, name);
    if (declared && declared.kind !== 'relation') return undefined;
    if (!declared) {
      const message = `${quote(name)} is not declared in ${quote(block.name.text)}`;
      return { code: 'POLAR_UNDECLARED', message, hint: () => undeclaredHint(blocks, block, name) };
    }
    const message = `${quote(name)} is a relation of ${quote(block.name.text)}, which no rule of a block can give`;
    return { code: 'POLAR_DECLARATION', message, hint: 'write a rule outside the block, or declare a role instead' };
  }
}

type Fault = Pick<Finding, 'code' | 'message' | 'hint'>;

function faultOfTerm(head: TermNode): Fault | undefined {
  if (head.kind === 'variable' && (head.name === 'role' || head.name === 'permission')) return undefined;
  const message = 'a rule of a block starts with a name in quotes, `role` or `permission`';
  const hint = head.kind === 'variable' ? `did you mean \`"${head.name}"\`?` : undefined;
  return { code: 'POLAR_UNDECLARED', message, hint };
}
