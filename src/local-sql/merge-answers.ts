import { compareStrings } from '../facts/compare-strings.ts';
import type { Value } from '../facts/fact.ts';
import type { Answer, AnswerTerm } from './answer.ts';
import { termKey } from './answer-of.ts';
import { withoutSubsumed } from './known-answers.ts';
import { residualKey } from './normalize-residual.ts';
import { orderRows } from './order-rows.ts';
import { type Column, type Condition, type Residual, sameValue } from './residual.ts';

/**
 * The same answers in fewer branches: each once, and those that differ only in the value of one column as one branch with a
 * list of values, so that ten thousand ids are one `IN`.
 */
export function mergeAnswers(answers: readonly Answer[]): readonly Answer[] {
  let merged = withoutSubsumed(answers.map(withColumns));
  const most = Math.max(0, ...merged.map(({ residual }) => fixedColumns(residual).length));
  for (let position = 0; position < most; position++) merged = mergeAt(position, merged);
  return merged.map(orderRows).sort((a, b) => a.residual.atoms.length - b.residual.atoms.length);
}

/** An output that equals a column is that column: it has the column's type, and does not keep branches apart. */
function withColumns({ terms, residual }: Answer): Answer {
  const columnOf = (term: AnswerTerm): AnswerTerm => {
    if (term.kind !== 'value') return term;
    for (const condition of residual.conditions) {
      if (condition.kind !== 'equal' || condition.right.kind !== 'value') continue;
      if (residual.atoms.includes(condition.left.atom) && sameValue(condition.right.value, term.value)) {
        return condition.left;
      }
    }
    return term;
  };
  return { terms: terms.map(columnOf), residual };
}

/** Columns that must have one of some values, all the same one. */
interface FixedColumns {
  readonly columns: readonly Column[];
  readonly values: readonly Value[];
}

function fixedColumns({ conditions }: Residual): readonly FixedColumns[] {
  const fixed: { columns: Column[]; values: readonly Value[] }[] = [];
  const byValue = new Map<string, { columns: Column[] }>();
  for (const condition of conditions) {
    if (condition.kind === 'among') fixed.push({ columns: [condition.column], values: condition.values });
    if (condition.kind !== 'equal' || condition.right.kind !== 'value') continue;
    const { value } = condition.right;
    const key = JSON.stringify([value.type, value.id]);
    const known = byValue.get(key);
    if (known !== undefined) known.columns.push(condition.left);
    else {
      const columns = { columns: [condition.left], values: [value] };
      byValue.set(key, columns);
      fixed.push(columns);
    }
  }
  return fixed;
}

function mergeAt(position: number, answers: readonly Answer[]): readonly Answer[] {
  const groups = new Map<string, { readonly first: Answer; readonly free: Residual; readonly fixed: FixedColumns[] }>();
  for (const answer of answers) {
    const fixed = fixedColumns(answer.residual)[position];
    const free = fixed === undefined ? answer.residual : without(answer.residual, fixed);
    const key = fixed === undefined ? keyOf(answer.terms, free) : keyOf(answer.terms, freed(free, fixed));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: answer, free, fixed: fixed ? [fixed] : [] });
    else if (fixed !== undefined) group.fixed.push(rename(fixed, answer, group.first));
  }
  return [...groups.values()].map(({ first, free, fixed }) => {
    const [one] = fixed;
    if (one === undefined || fixed.length === 1) return first;
    const values = [...new Map(fixed.flatMap((each) => each.values).map((value) => [value.id, value])).values()].sort(
      (a, b) => compareStrings(a.id, b.id),
    );
    return {
      terms: first.terms,
      residual: { atoms: free.atoms, conditions: [...free.conditions, ...limit(one, values)] },
    };
  });
}

/** The columns of another answer as those of the first: their rows correspond by order. */
function rename({ columns, values }: FixedColumns, from: Answer, to: Answer): FixedColumns {
  return {
    columns: columns.map((column) => ({
      ...column,
      atom: to.residual.atoms[from.residual.atoms.indexOf(column.atom)] ?? column.atom,
    })),
    values,
  };
}

function without({ atoms, conditions }: Residual, { columns, values }: FixedColumns): Residual {
  const isOne = (condition: Condition) => {
    if (condition.kind === 'among') return condition.column === columns[0] && condition.values === values;
    return condition.kind === 'equal' && condition.right.kind === 'value' && columns.includes(condition.left);
  };
  return { atoms, conditions: conditions.filter((condition) => !isOne(condition)) };
}

function freed({ atoms, conditions }: Residual, { columns }: FixedColumns): Residual {
  return {
    atoms,
    conditions: [...conditions, ...columns.map((column) => ({ kind: 'among' as const, column, values: [] }))],
  };
}

function limit({ columns }: FixedColumns, values: readonly Value[]): readonly Condition[] {
  const joins = columns.slice(1).flatMap((right, position): readonly Condition[] => {
    const left = columns[position];
    return left === undefined ? [] : [{ kind: 'equal', left, right }];
  });
  const column = columns.at(-1);
  return column === undefined ? joins : [...joins, { kind: 'among', column, values }];
}

function keyOf(terms: readonly AnswerTerm[], residual: Residual): string {
  const keys = terms.map((term) =>
    term.kind === 'column' ? [residual.atoms.indexOf(term.atom), term.position, 'column'] : termKey(term),
  );
  return JSON.stringify([keys, residualKey(residual)]);
}
