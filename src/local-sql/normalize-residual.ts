import type { Value } from '../facts/fact.ts';
import { listKey } from './central-list.ts';
import { digest } from './digest.ts';
import {
  type Atom,
  type Column,
  type Condition,
  type Constant,
  type Residual,
  renameAtoms,
  sameColumn,
  sameValue,
} from './residual.ts';

/** Columns that are equal, and the values they can have; undefined: any. */
interface EqualColumns {
  columns: Column[];
  values: readonly Value[] | undefined;
}

/**
 * The same residual in one form: equalities closed, each row once. Undefined when it cannot hold. `renamed` says which
 * rows turned out to be the same.
 */
export function normalizeResidual(
  residual: Residual,
): { readonly residual: Residual; readonly renamed: ReadonlyMap<Atom, Atom> } | undefined {
  const renamed = new Map<Atom, Atom>();
  let current = residual;
  for (;;) {
    const classes = equalColumns(current.conditions);
    if (classes === undefined) return undefined;
    const twin = findTwins(current.atoms, classes);
    if (twin === undefined) {
      const conditions = printConditions(current, classes);
      return conditions && { residual: { atoms: current.atoms, conditions }, renamed };
    }
    const step = new Map([[twin.drop, twin.keep]]);
    for (const [from, to] of renamed) if (to === twin.drop) renamed.set(from, twin.keep);
    renamed.set(twin.drop, twin.keep);
    const merged = renameAtoms(current, step);
    current = { atoms: [...new Set(merged.atoms)], conditions: merged.conditions };
  }
}

function equalColumns(conditions: readonly Condition[]): readonly EqualColumns[] | undefined {
  const classes: EqualColumns[] = [];
  for (const condition of conditions) {
    if (condition.kind === 'among') limit(classOf(classes, condition.column), condition.values);
    else if (condition.kind !== 'equal') continue;
    else if (condition.right.kind === 'value') limit(classOf(classes, condition.left), [condition.right.value]);
    else join(classes, condition.left, condition.right);
  }
  return classes.some(({ values }) => values?.length === 0) ? undefined : classes;
}

function join(classes: EqualColumns[], left: Column, right: Column): void {
  const [first, second] = [classOf(classes, left), classOf(classes, right)];
  if (first === second) return;
  first.columns.push(...second.columns);
  if (second.values !== undefined) limit(first, second.values);
  classes.splice(classes.indexOf(second), 1);
}

function limit(columns: EqualColumns, values: readonly Value[]): void {
  if (columns.values === undefined || columns.values === values) columns.values = values;
  else {
    const ids = new Set(values.map(({ id }) => id));
    columns.values = columns.values.filter(({ id }) => ids.has(id));
  }
}

function classOf(classes: EqualColumns[], column: Column): EqualColumns {
  let found = classes.find(({ columns }) => columns.some((other) => sameColumn(other, column)));
  if (found === undefined) {
    found = { columns: [column], values: undefined };
    classes.push(found);
  }
  return found;
}

/** Two rows of one binding that agree in every column. */
function findTwins(
  atoms: readonly Atom[],
  classes: readonly EqualColumns[],
): { readonly keep: Atom; readonly drop: Atom } | undefined {
  for (const [number, drop] of atoms.entries()) {
    const keep = atoms.slice(0, number).find((other) => other.source === drop.source && agree(other, drop, classes));
    if (keep) return { keep, drop };
  }
  return undefined;
}

function agree(a: Atom, b: Atom, classes: readonly EqualColumns[]): boolean {
  return a.source.args.every((arg, position) => {
    if (arg.kind === 'value') return true;
    const find = (atom: Atom) =>
      classes.find(({ columns }) => columns.some((column) => column.atom === atom && column.position === position));
    const [left, right] = [find(a), find(b)];
    if (left === undefined || right === undefined) return false;
    if (left === right) return true;
    const [value, other] = [left.values?.[0], right.values?.[0]];
    return (
      left.values?.length === 1 &&
      right.values?.length === 1 &&
      value !== undefined &&
      other !== undefined &&
      sameValue(value, other)
    );
  });
}

function printConditions(
  { atoms, conditions }: Residual,
  classes: readonly EqualColumns[],
): readonly Condition[] | undefined {
  const order = (column: Column) => {
    const at = atoms.indexOf(column.atom);
    return (at === -1 ? -1 / (column.atom.id + 1) : at) * 16 + column.position;
  };
  const printed: Condition[] = [];
  for (const { columns, values } of classes) {
    columns.sort((a, b) => order(a) - order(b));
    printed.push(...printClass(columns, values));
  }
  printed.sort((a, b) => order(firstColumn(a)) - order(firstColumn(b)));
  const others = new Map<string, Condition>();
  for (const condition of conditions) {
    if (condition.kind === 'equal' || condition.kind === 'among') continue;
    const verdict = condition.kind === 'differ' ? judgeDifference(condition, classes) : 'open';
    if (verdict === 'false') return undefined;
    if (verdict === 'open') others.set(residualKey({ atoms, conditions: [condition] }), condition);
  }
  return [...printed, ...others.values()];
}

function firstColumn(condition: Condition): Column {
  if (condition.kind === 'equal') return condition.left;
  if (condition.kind === 'among') return condition.column;
  throw new Error('only equalities have a first column');
}

function printClass(columns: readonly Column[], values: readonly Value[] | undefined): readonly Condition[] {
  const [value] = values ?? [];
  if (value !== undefined && values?.length === 1) {
    return columns.map((left) => ({ kind: 'equal', left, right: { kind: 'value', value } }));
  }
  const printed: Condition[] = columns.slice(1).flatMap((right, position) => {
    const left = columns[position];
    return left ? { kind: 'equal', left, right } : [];
  });
  const last = columns.at(-1);
  if (last !== undefined && values !== undefined) {
    printed.push({ kind: 'among', column: last, values });
  }
  return printed;
}

function judgeDifference(
  { left, right }: Extract<Condition, { kind: 'differ' }>,
  classes: readonly EqualColumns[],
): 'true' | 'false' | 'open' {
  const find = (column: Column) => classes.find(({ columns }) => columns.some((other) => sameColumn(other, column)));
  const a = find(left);
  const b = right.kind === 'column' ? find(right) : undefined;
  if (right.kind === 'column' && (sameColumn(left, right) || (a !== undefined && a === b))) return 'false';
  const [x, y] = [onlyValue(a?.values), right.kind === 'value' ? right.value : onlyValue(b?.values)];
  if (x === undefined || y === undefined) return 'open';
  return sameValue(x, y) ? 'false' : 'true';
}

function onlyValue(values: readonly Value[] | undefined): Value | undefined {
  return values?.length === 1 ? values[0] : undefined;
}

/** Equal texts mean equal residuals; rows are named by their order, what they are rows of by `name`. */
export function residualKey(
  residual: Residual,
  scope: readonly Atom[] = [],
  name: (source: Atom['source']) => unknown = sourceKey,
): string {
  const all = [...scope, ...residual.atoms];
  const column = ({ atom, position }: Column) =>
    `${all.indexOf(atom) === -1 ? `#${atom.id}` : all.indexOf(atom)}.${position}`;
  const side = (term: Column | Constant) => (term.kind === 'column' ? column(term) : [term.value.type, term.value.id]);
  const print = (condition: Condition): unknown => {
    switch (condition.kind) {
      case 'equal':
      case 'differ':
        return [condition.kind, column(condition.left), side(condition.right)];
      case 'among':
        return [condition.kind, column(condition.column), valuesKey(condition.values)];
      case 'order':
        return [condition.operator, side(condition.left), side(condition.right)];
      case 'none':
        return [condition.kind, condition.branches.map((branch) => residualKey(branch, all, name))];
    }
  };
  const parts = residual.conditions.map(print);
  return JSON.stringify([residual.atoms.map(({ source }) => name(source)), parts]);
}

/** Equal texts mean equal ids. Made once for each list of values. */
function valuesKey(values: readonly Value[]): string {
  const known = valueKeys.get(values);
  if (known !== undefined) return known;
  const key = digest(values.map(({ id }) => id));
  valueKeys.set(values, key);
  return key;
}

const valueKeys = new WeakMap<readonly Value[], string>();

export function sourceKey(source: Atom['source']): number | string {
  return source.kind === 'query' ? source.number : listKey(source);
}
