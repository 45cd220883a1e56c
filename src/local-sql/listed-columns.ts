import { distinctRows, type ListedRow } from './central-list.ts';
import { type Column, sameColumn } from './residual.ts';
import type { Resolved, State } from './state.ts';

/** Columns that can only have the values of some rows, and these. */
export interface ListedColumns {
  readonly columns: readonly Column[];
  readonly rows: readonly ListedRow[];
}

/** What is known of the values of some terms by one list: the first that says something of any of them. */
export function findListed(state: State, terms: readonly Resolved[]): ListedColumns | undefined {
  const columns = terms.filter((term) => term.kind === 'column');
  for (const column of columns) {
    const source = listColumn(state, column);
    if (source?.atom.source.kind === 'list') {
      const pairs = columns.flatMap((each) => {
        const other = listColumn(state, each);
        return other?.atom === source.atom ? [{ each, position: other.position }] : [];
      });
      const rows = source.atom.source.rows.map((row) => pairs.flatMap(({ position }) => row[position] ?? []));
      return { columns: pairs.map(({ each }) => each), rows: distinctRows(rows) };
    }
    const among = state.conditions.find(
      (condition) => condition.kind === 'among' && sameColumn(condition.column, column),
    );
    if (among?.kind === 'among') return { columns: [column], rows: among.values.map((value) => [value]) };
  }
  return undefined;
}

/** The column of a list that a column is, or must equal. */
function listColumn({ conditions }: State, column: Column): Column | undefined {
  if (column.atom.source.kind === 'list') return column;
  for (const condition of conditions) {
    if (condition.kind !== 'equal' || condition.right.kind !== 'column') continue;
    const { left, right } = condition;
    if (sameColumn(left, column) && right.atom.source.kind === 'list') return right;
    if (sameColumn(right, column) && left.atom.source.kind === 'list') return left;
  }
  return undefined;
}
