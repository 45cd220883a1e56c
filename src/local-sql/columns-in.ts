import type { Column, Condition, Constant } from './residual.ts';

/** Every column that a condition names, those within `none` included. */
export function columnsIn(condition: Condition): readonly Column[] {
  switch (condition.kind) {
    case 'equal':
    case 'differ':
    case 'order':
      return [condition.left, condition.right].flatMap(columnOf);
    case 'among':
      return [condition.column];
    case 'none':
      return condition.branches.flatMap((branch) => branch.conditions.flatMap(columnsIn));
  }
}

function columnOf(term: Column | Constant): readonly Column[] {
  return term.kind === 'column' ? [term] : [];
}
