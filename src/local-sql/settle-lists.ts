import {
  type CentralList,
  checkLength,
  distinctRows,
  type ListedRow,
  listedValues,
  listOf,
  rowKey,
} from './central-list.ts';
import { columnsIn } from './columns-in.ts';
import { replaceAll, replaceColumns } from './replace-columns.ts';
import type { Atom, Column, Condition, Constant, Residual } from './residual.ts';
import type { Resolved } from './state.ts';

/** A residual and the terms that speak of its rows. */
export interface Settled {
  readonly residual: Residual;
  readonly terms: readonly Resolved[];
}

type ListAtom = Atom & { readonly source: CentralList };

/**
 * Does with lists what need not wait for the database: equal lists are joined, rows that a condition excludes are dropped,
 * and so are columns that nobody asks for. A list that is left with one column that equals a column of the database
 * becomes a condition on that column; a list of one row becomes values. Undefined when nothing is left of a list.
 */
export function settleLists(residual: Residual, terms: readonly Resolved[]): Settled | undefined {
  let settled: Settled | undefined = { residual, terms };
  for (let atom = joinable(settled.residual); atom !== undefined; atom = joinable(settled.residual)) {
    settled = joinLists(settled, atom);
    if (settled === undefined) return undefined;
  }
  for (const atom of settled.residual.atoms.filter(isListed)) {
    settled = settleList(settled, atom);
    if (settled === undefined) return undefined;
  }
  return settled;
}

function isListed(atom: Atom): atom is ListAtom {
  return atom.source.kind === 'list';
}

/** Two lists that must agree in a column. */
function joinable({ atoms, conditions }: Residual): readonly [ListAtom, ListAtom] | undefined {
  for (const condition of conditions) {
    if (condition.kind !== 'equal' || condition.right.kind !== 'column') continue;
    const [left, right] = [condition.left.atom, condition.right.atom];
    if (left !== right && isListed(left) && isListed(right) && atoms.includes(left) && atoms.includes(right)) {
      return [left, right];
    }
  }
  return undefined;
}

/** One list of the rows of both that agree. */
function joinLists({ residual, terms }: Settled, [left, right]: readonly [ListAtom, ListAtom]): Settled | undefined {
  const pairs = residual.conditions.flatMap((condition): readonly (readonly [number, number])[] => {
    if (condition.kind !== 'equal' || condition.right.kind !== 'column') return [];
    const { left: a, right: b } = condition;
    if (a.atom === left && b.atom === right) return [[a.position, b.position]];
    return a.atom === right && b.atom === left ? [[b.position, a.position]] : [];
  });
  const byKey = new Map<string, ListedRow[]>();
  for (const row of right.source.rows) {
    const key = rowKey(pairs.flatMap(([, position]) => row[position] ?? []));
    const rows = byKey.get(key);
    if (rows === undefined) byKey.set(key, [row]);
    else rows.push(row);
  }
  const rows: ListedRow[] = [];
  for (const row of left.source.rows) {
    const partners = byKey.get(rowKey(pairs.flatMap(([position]) => row[position] ?? [])));
    for (const partner of partners ?? []) rows.push([...row, ...partner]);
    checkLength(rows);
  }
  if (rows.length === 0) return undefined;
  const atom: Atom = { id: left.id, source: listOf(rows) };
  const width = left.source.args.length;
  return replaceIn({ residual, terms }, [left, right], [atom], (column) => {
    if (column.atom === left) return { ...column, atom };
    return column.atom === right ? { ...column, atom, position: column.position + width } : column;
  });
}

function settleList({ residual, terms }: Settled, atom: ListAtom): Settled | undefined {
  const rows = keptRows(residual, atom);
  const [first] = rows;
  if (first === undefined) return undefined;
  const conditions = residual.conditions.filter((condition) => !isAbout(condition, atom));
  const left = { residual: { atoms: residual.atoms, conditions }, terms };
  const used = usedPositions(left, atom);
  const list = narrowList(atom.source, rows, used);
  if (used.length === 0) return replaceIn(left, [atom], [], (column) => column);
  if (list.rows.length === 1) {
    return replaceIn(left, [atom], [], (column) =>
      column.atom === atom ? constantAt(first, column.position) : column,
    );
  }
  const twin = used.length === 1 ? findTwin(conditions, atom) : undefined;
  if (twin !== undefined) {
    const among: Condition = { kind: 'among', column: twin, values: listedValues(list) };
    const settled = replaceIn(left, [atom], [], (column) => (column.atom === atom ? twin : column));
    return (
      settled && { ...settled, residual: { ...settled.residual, conditions: [...settled.residual.conditions, among] } }
    );
  }
  if (list === atom.source) return left;
  const narrow: Atom = { id: atom.id, source: list };
  return replaceIn(left, [atom], [narrow], (column) =>
    column.atom === atom ? { ...column, atom: narrow, position: used.indexOf(column.position) } : column,
  );
}

/** The same list with only some rows and columns. */
function narrowList(list: CentralList, rows: readonly ListedRow[], used: readonly number[]): CentralList {
  if (used.length < list.args.length) {
    return listOf(distinctRows(rows.map((row) => used.flatMap((position) => row[position] ?? []))));
  }
  return rows === list.rows ? list : listOf(rows);
}

function constantAt(row: ListedRow, position: number): Constant {
  const value = row[position];
  if (value === undefined) throw new Error(`a listed row has no column ${position}`);
  return { kind: 'value', value };
}

/** A condition that a row of the list alone decides. */
function isAbout(condition: Condition, atom: Atom): boolean {
  if (condition.kind === 'none' && condition.branches.some(({ atoms }) => atoms.length > 0)) return false;
  return columnsIn(condition).every((column) => column.atom === atom);
}

function keptRows({ conditions }: Residual, atom: ListAtom): readonly ListedRow[] {
  let { rows } = atom.source;
  for (const condition of conditions) {
    if (!isAbout(condition, atom)) continue;
    if (condition.kind === 'among') {
      const ids = new Set(condition.values.map(({ id }) => id));
      rows = rows.filter((row) => ids.has(constantAt(row, condition.column.position).value.id));
    } else rows = rows.filter((row) => replaceColumns(condition, ({ position }) => constantAt(row, position)) === true);
  }
  return rows;
}

function usedPositions({ residual, terms }: Settled, atom: Atom): readonly number[] {
  const outputs = terms.flatMap((term) => (term.kind === 'column' ? term : []));
  const columns = [...outputs, ...residual.conditions.flatMap(columnsIn)].filter((column) => column.atom === atom);
  return [...new Set(columns.map(({ position }) => position))].sort((a, b) => a - b);
}

/** A column of another row that equals a column of the list. */
function findTwin(conditions: readonly Condition[], atom: Atom): Column | undefined {
  for (const condition of conditions) {
    if (condition.kind !== 'equal' || condition.right.kind !== 'column') continue;
    const { left, right } = condition;
    if (left.atom === atom) return right;
    if (right.atom === atom) return left;
  }
  return undefined;
}

function replaceIn(
  { residual, terms }: Settled,
  drop: readonly Atom[],
  add: readonly Atom[],
  replace: (column: Column) => Column | Constant,
): Settled | undefined {
  const conditions = replaceAll(residual.conditions, replace);
  if (conditions === undefined) return undefined;
  const atoms = residual.atoms.flatMap((atom) => (atom === drop[0] ? add : drop.includes(atom) ? [] : atom));
  return {
    residual: { atoms, conditions },
    terms: terms.map((term) => (term.kind === 'column' ? replace(term) : term)),
  };
}
