import type { ValidationContext } from '../validation-context.ts';

/**
 * One global block
 *
 * A policy has at most one `global` block, over all its files (polar reference, 3.2).
 */
export function oneGlobalBlock({ nodesOf, report }: ValidationContext): void {
  const [, ...others] = nodesOf('block').filter(({ container }) => container === 'global');
  for (const { name } of others) {
    report({
      severity: 'error',
      code: 'POLAR_DECLARATION',
      message: 'a policy has only one `global` block',
      span: name.span,
      hint: 'move its contents into the first one',
    });
  }
}
