import type { ExpressionNode, ShorthandNode } from '../ast.ts';
import type { ValidationContext } from '../validation-context.ts';

/**
 * Mixed connectives
 *
 * `and` binds tighter than `or`; where both meet, parentheses show that it is meant (polar reference, 9).
 */
export function mixedConnectives({ nodesOf, report }: ValidationContext): void {
  for (const { operands } of [...nodesOf('or'), ...nodesOf('shorthand-or')]) {
    const bare = operands.find(isBareConjunction);
    if (!bare) continue;
    report({
      severity: 'warning',
      code: 'POLAR_STYLE',
      message: '`and` and `or` are mixed without parentheses',
      span: bare.span,
      hint: '`and` binds tighter: put this part in parentheses if that is meant',
    });
  }
}

/** The span of an expression in parentheses includes them, so it starts before its first operand. */
function isBareConjunction(node: ExpressionNode | ShorthandNode): boolean {
  if (node.kind !== 'and' && node.kind !== 'shorthand-and') return false;
  return node.operands[0]?.span.start === node.span.start;
}
