export type OrderOperator = '<' | '<=' | '>' | '>=';

/** Integers compare as such; everything else, given as undefined, fails (polar reference, 5.9 and 12.10). */
export function areInOrder(
  operator: OrderOperator,
  left: number | bigint | undefined,
  right: number | bigint | undefined,
): boolean {
  if (left === undefined || right === undefined) return false;
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}
