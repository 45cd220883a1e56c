import type { ValidationContext } from '../validation-context.ts';
import type { PolarNode } from '../walk.ts';

/**
 * Empty strings
 *
 * No stored value is empty (polar reference, 3.1.8), so a comparison with `""` never holds. Objects and facts have
 * rules of their own.
 */
export function emptyStrings({ nodesOf, report }: ValidationContext): void {
  for (const node of [...nodesOf('compare'), ...nodesOf('call'), ...nodesOf('parameter'), ...nodesOf('list')]) {
    for (const term of termsOf(node)) {
      if (term.kind !== 'string' || term.value !== '') continue;
      report({
        severity: 'warning',
        code: 'POLAR_STYLE',
        message: 'no value is the empty string',
        span: term.span,
        hint: 'give the case a name of its own, such as `"none"`',
      });
    }
  }
}

function termsOf(node: Extract<PolarNode, { kind: 'compare' | 'call' | 'parameter' | 'list' }>) {
  switch (node.kind) {
    case 'compare':
      return [node.left, node.right];
    case 'call':
      return node.args;
    case 'parameter':
      return [node.term];
    case 'list':
      return node.items;
  }
}
