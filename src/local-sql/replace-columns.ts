import { areInOrder } from '../engine/are-in-order.ts';
import { parseInteger } from '../engine/parse-integer.ts';
import { type Column, type Condition, type Constant, type Residual, sameColumn, sameValue } from './residual.ts';

/** What a column turns out to be. */
export type Replace = (column: Column) => Column | Constant;

/** The condition about what its columns turn out to be, or whether it holds when that decides it. */
export function replaceColumns(condition: Condition, replace: Replace): Condition | boolean {
  const side = (term: Column | Constant) => (term.kind === 'column' ? replace(term) : term);
  switch (condition.kind) {
    case 'equal':
    case 'differ':
      return compare(condition.kind, side(condition.left), side(condition.right));
    case 'among': {
      const column = replace(condition.column);
      if (column.kind === 'column') return { ...condition, column };
      return condition.values.some((value) => sameValue(value, column.value));
    }
    case 'order': {
      const { operator } = condition;
      const [left, right] = [side(condition.left), side(condition.right)];
      if (left.kind === 'column' || right.kind === 'column') return { kind: 'order', operator, left, right };
      return areInOrder(operator, parseInteger(left.value), parseInteger(right.value));
    }
    case 'none':
      return replaceInBranches(condition.branches, replace);
  }
}

function compare(kind: 'equal' | 'differ', a: Column | Constant, b: Column | Constant): Condition | boolean {
  const [left, right] = a.kind === 'column' ? [a, b] : [b, a];
  if (left.kind === 'value') return right.kind === 'value' && sameValue(left.value, right.value) === (kind === 'equal');
  if (right.kind === 'column' && sameColumn(left, right)) return kind === 'equal';
  return { kind, left, right };
}

function replaceInBranches(branches: readonly Residual[], replace: Replace): Condition | boolean {
  const left: Residual[] = [];
  for (const { atoms, conditions } of branches) {
    const replaced = replaceAll(conditions, replace);
    if (replaced === undefined) continue;
    if (atoms.length === 0 && replaced.length === 0) return false;
    left.push({ atoms, conditions: replaced });
  }
  return left.length === 0 || { kind: 'none', branches: left };
}

/** Conditions that are still open; undefined when one of them does not hold. */
export function replaceAll(conditions: readonly Condition[], replace: Replace): readonly Condition[] | undefined {
  const open: Condition[] = [];
  for (const condition of conditions) {
    const replaced = replaceColumns(condition, replace);
    if (replaced === false) return undefined;
    if (replaced !== true) open.push(replaced);
  }
  return open;
}
