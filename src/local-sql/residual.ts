import type { Value } from '../facts/fact.ts';
import type { Binding } from './binding.ts';
import type { CentralList } from './central-list.ts';

/*
 * What the database still has to decide about one answer: rows that must exist, and conditions on their columns.
 */

/** One row of the database or of a list. Two atoms of one source can be different rows. */
export interface Atom {
  readonly id: number;
  readonly source: Binding | CentralList;
}

/** A column of a row, by the position of its argument. */
export interface Column {
  readonly kind: 'column';
  readonly atom: Atom;
  readonly position: number;
  readonly type: string;
}

export interface Constant {
  readonly kind: 'value';
  readonly value: Value;
}

export type Condition =
  | { readonly kind: 'equal'; readonly left: Column; readonly right: Column | Constant }
  /** One of at least two values, all of the column's type, in order of their ids. */
  | { readonly kind: 'among'; readonly column: Column; readonly values: readonly Value[] }
  | { readonly kind: 'differ'; readonly left: Column; readonly right: Column | Constant }
  /** Both sides are Integers. */
  | {
      readonly kind: 'order';
      readonly operator: '<' | '<=' | '>' | '>=';
      readonly left: Column | Constant;
      readonly right: Column | Constant;
    }
  /** None of the branches has a solution; their conditions may speak of rows outside. */
  | { readonly kind: 'none'; readonly branches: readonly Residual[] };

export interface Residual {
  readonly atoms: readonly Atom[];
  readonly conditions: readonly Condition[];
}

/** The same with other rows: atoms that the map lacks stay. */
export function renameAtoms(residual: Residual, names: ReadonlyMap<Atom, Atom>): Residual {
  return {
    atoms: residual.atoms.map((atom) => names.get(atom) ?? atom),
    conditions: residual.conditions.map((condition) => renameCondition(condition, names)),
  };
}

export function renameColumn(column: Column, names: ReadonlyMap<Atom, Atom>): Column {
  const atom = names.get(column.atom);
  return atom === undefined ? column : { ...column, atom };
}

function renameCondition(condition: Condition, names: ReadonlyMap<Atom, Atom>): Condition {
  const side = <Side extends Column | Constant>(term: Side) =>
    term.kind === 'column' ? renameColumn(term, names) : term;
  switch (condition.kind) {
    case 'equal':
    case 'differ':
      return { ...condition, left: renameColumn(condition.left, names), right: side(condition.right) };
    case 'among':
      return { ...condition, column: renameColumn(condition.column, names) };
    case 'order':
      return { ...condition, left: side(condition.left), right: side(condition.right) };
    case 'none':
      return { kind: 'none', branches: condition.branches.map((branch) => renameAtoms(branch, names)) };
  }
}

export function sameColumn(a: Column, b: Column): boolean {
  return a.atom === b.atom && a.position === b.position;
}

export function sameValue(a: Value, b: Value): boolean {
  return a.type === b.type && a.id === b.id;
}

/** The ids that a column of a list has, each once; undefined for a column of the database. */
export function listedIds({ atom: { source }, position }: Column): readonly Value[] | undefined {
  if (source.kind !== 'list') return undefined;
  const ids = source.rows.flatMap((row) => row[position] ?? []);
  return [...new Map(ids.map((value) => [value.id, value])).values()];
}
