import type { RequestState } from './request-state.ts';

/** `!=` compares any values; the others hold of Integers only (polar reference, 5.8, 5.9 and 12.10). */
export function holdsComparison(
  operator: '!=' | '<' | '<=' | '>' | '>=',
  left: number,
  right: number,
  request: RequestState,
): boolean {
  if (operator === '!=') return left !== right;
  const a = request.integerOf(left);
  const b = request.integerOf(right);
  return a !== undefined && b !== undefined && inOrder(operator, a, b);
}

function inOrder(operator: '<' | '<=' | '>' | '>=', a: number | bigint, b: number | bigint): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}
