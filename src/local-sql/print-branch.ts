import {
  type IdColumn,
  idColumn,
  isComparedAsText,
  printDiffer,
  printIs,
  printIsNot,
  printIsOneOf,
  printSame,
} from './print-comparison.ts';
import { type Atom, type Column, type Condition, type Constant, listedIds, type Residual } from './residual.ts';
import { printText } from './sql-text.ts';
import { integerType, isIntegerColumn, type SqlValues } from './sql-value.ts';
import { hasTextBeside } from './texts-beside.ts';

/** Names of the queries that one statement uses, numbered by first use. */
export interface NamedQueries {
  nameOf(source: Atom['source']): string;
}

/** Names of rows within one branch, its negated parts included. */
export type RowNames = Map<Atom, string>;

export interface BranchContext {
  readonly queries: NamedQueries;
  readonly values: SqlValues;
  readonly rows: RowNames;
}

/** `FROM … WHERE …` for a residual; the rows get their names. `unused` columns are asked to be there. */
export function printSource(residual: Residual, context: BranchContext, used: readonly Column[]): string {
  // Negated branches that began with the same row each have it, under one name.
  for (const atom of residual.atoms) if (!context.rows.has(atom)) context.rows.set(atom, `f${context.rows.size}`);
  const from = residual.atoms.map(
    (atom) => `${context.queries.nameOf(atom.source)} AS ${context.rows.get(atom) ?? ''}`,
  );
  const conditions = [
    ...residual.conditions.map((condition) => printCondition(condition, context)),
    ...unusedColumns(residual, used).map((column) => `${printColumn(column, context)} IS NOT NULL`),
  ];
  const source = from.length === 0 ? noRows(context, conditions) : `\nFROM ${from.join(', ')}`;
  return conditions.length === 0 ? source : `${source}\nWHERE ${conditions.join(' and ')}`;
}

/** Only MySQL wants a table where there is a condition. */
function noRows({ values }: BranchContext, conditions: readonly string[]): string {
  return values.dialect === 'mysql' && conditions.length > 0 ? '\nFROM DUAL' : '';
}

/** A row with NULL in an argument is not a fact; conditions see to that for the columns they name. */
function unusedColumns({ atoms, conditions }: Residual, used: readonly Column[]): readonly Column[] {
  const named = [...used, ...conditions.flatMap(columnsOf)];
  return atoms.flatMap((atom) =>
    (atom.source.kind === 'list' ? [] : atom.source.args).flatMap((arg, position): readonly Column[] => {
      const isNamed = named.some((column) => column.atom === atom && column.position === position);
      return arg.kind === 'value' || isNamed ? [] : [{ kind: 'column', atom, position, type: arg.type }];
    }),
  );
}

function columnsOf(condition: Condition): readonly Column[] {
  const sides = (...terms: readonly (Column | Constant)[]) =>
    terms.flatMap((term) => (term.kind === 'column' ? term : []));
  switch (condition.kind) {
    case 'equal':
    case 'differ':
    case 'order':
      return sides(condition.left, condition.right);
    case 'among':
      return [condition.column];
    case 'none':
      return [];
  }
}

export function printColumn({ atom, position }: Column, { rows }: Pick<BranchContext, 'rows'>): string {
  const row = rows.get(atom);
  if (row === undefined) throw new Error(`row ${atom.id} has no name`);
  return `${row}.arg${position}`;
}

function printCondition(condition: Condition, context: BranchContext): string {
  const { values } = context;
  switch (condition.kind) {
    case 'equal':
    case 'differ': {
      const isEqual = condition.kind === 'equal';
      const { left, right } = condition;
      const column = idColumnOf(left, context);
      if (right.kind === 'value') return (isEqual ? printIs : printIsNot)(column, right.value, values);
      return (isEqual ? printSame : printDiffer)(column, idColumnOf(right, context), values);
    }
    case 'among':
      return printIsOneOf(idColumnOf(condition.column, context), condition.values, values);
    case 'order':
      return `${printInteger(condition.left, context)} ${condition.operator} ${printInteger(condition.right, context)}`;
    case 'none':
      return condition.branches.map((branch) => printNone(branch, context)).join(' and ');
  }
}

/** A column with the ids and the texts that its query gives, where it does. */
export function idColumnOf(column: Column, { values, rows }: Pick<BranchContext, 'values' | 'rows'>): IdColumn {
  const sql = printColumn(column, { rows });
  const printed: IdColumn = { ...idColumn(sql, column.type, values), ids: listedIds(column) };
  return hasText(column, values) ? { ...printed, text: sql.replace(/arg(?=\d+$)/u, 'text') } : printed;
}

function hasText({ atom: { source }, position, type }: Column, values: SqlValues): boolean {
  if (values.dialect === 'mysql') return isComparedAsText(type, values);
  return source.kind === 'list' && hasTextBeside(source, position, values);
}

/** Digits are compared as a number: a column that is not known to hold numbers is cast to one. */
function printInteger(term: Column | Constant, context: BranchContext): string {
  const type = integerType(context.values.dialect);
  if (term.kind === 'value') return `CAST(${printText(term.value.id, context.values.dialect)} AS ${type})`;
  const column = printColumn(term, context);
  return isIntegerColumn('Integer', context.values) ? column : `CAST(${column} AS ${type})`;
}

function printNone(branch: Residual, context: BranchContext): string {
  if (branch.atoms.length === 0) {
    return `not (${branch.conditions.map((condition) => printCondition(condition, context)).join(' and ')})`;
  }
  return `not exists (SELECT 1${printSource(branch, context, [])})`;
}
