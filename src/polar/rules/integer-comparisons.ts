import type { TermNode } from '../ast.ts';
import type { ValidationContext } from '../validation-context.ts';

/**
 * Integer comparisons
 *
 * `<`, `<=`, `>` and `>=` compare integers only (polar reference, 5.9).
 */
export function integerComparisons({ nodesOf, report }: ValidationContext): void {
  for (const { operator, left, right } of nodesOf('compare')) {
    if (operator === '=' || operator === '!=') continue;
    for (const term of [left, right]) {
      if (mayBeInteger(term)) continue;
      report({
        severity: 'error',
        code: 'POLAR_TYPE',
        message: `\`${operator}\` compares integers only`,
        span: term.span,
        hint: term.kind === 'string' ? 'write the number without quotes' : 'compare other values by `=` or `!=`',
      });
    }
  }
}

function mayBeInteger(term: TermNode): boolean {
  if (term.kind === 'object') return term.type.text === 'Integer';
  return term.kind === 'number' || term.kind === 'variable' || term.kind === 'now';
}
