import { OsoError } from '../errors/oso-error.ts';
import type { Rule } from '../program/program.ts';
import { printPlace } from '../source/frame.ts';
import type { Answer } from './answer.ts';
import { columnsIn } from './columns-in.ts';
import type { Residual } from './residual.ts';
import type { GoalNode, State } from './state.ts';
import type { SymbolicTable } from './symbolic-table.ts';

/**
 * Throws SQL_UNSUPPORTED for an answer that a goal makes out of an answer of its own by adding rows: it would go on doing so
 * for ever. Recursion that adds no rows ends, because only finitely many values are known.
 */
export function checkRecursion({
  table,
  rule,
  state,
  answer,
}: {
  readonly table: SymbolicTable;
  readonly rule: Rule;
  readonly state: State;
  readonly answer: Answer;
}): void {
  const rows = countRows(answer.residual);
  for (const taken of state.taken) {
    if (taken.rows < rows && reaches(taken.table, table)) throw mixedRecursion(rule);
  }
}

/**
 * Whether an answer that a goal makes out of its own answers could have more columns of lists each time, so that no two
 * were ever the same: columns that a condition names stay, and so does a second list.
 */
export function growsInRecursion({ residual: { atoms, conditions } }: Answer): boolean {
  const lists = atoms.filter(({ source }) => source.kind === 'list');
  const named = conditions.filter(({ kind }) => kind !== 'equal' && kind !== 'among').flatMap(columnsIn);
  return lists.length > 1 || named.some(({ atom }) => lists.includes(atom));
}

/** Whether a goal calls itself, as far as is known. */
export function isRecursive(table: GoalNode): boolean {
  return [...table.calls].some((called) => reaches(called, table));
}

/** Rows of the database: those of lists are finitely many. */
export function countRows({ atoms }: Pick<Residual, 'atoms'>): number {
  return atoms.filter(({ source }) => source.kind === 'query').length;
}

function reaches(from: GoalNode, to: GoalNode): boolean {
  const seen = new Set<GoalNode>([from]);
  for (const table of seen) {
    if (table === to) return true;
    for (const next of table.calls) seen.add(next);
  }
  return false;
}

export function mixedRecursion({ predicate, span }: Rule): OsoError {
  const place = span === undefined ? '' : ` at ${printPlace(span)}`;
  return new OsoError(
    'SQL_UNSUPPORTED',
    `the rule for \`${predicate}\`${place} depends on itself through rows of the database`,
    { span, hint: 'keep the facts that the recursion follows in Oso Cloud, or bind them flattened' },
  );
}

export function tooManyBranches({ predicate, span }: Rule): OsoError {
  const place = span === undefined ? '' : ` at ${printPlace(span)}`;
  return new OsoError(
    'SQL_UNSUPPORTED',
    `the rule for \`${predicate}\`${place} joins central facts with rows of the database in too many ways`,
    { span, hint: 'bind fewer facts to the database, or more, so that fewer of them meet facts of Oso Cloud' },
  );
}
