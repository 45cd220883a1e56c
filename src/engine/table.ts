import type { CompiledRule, PendingLiterals, Predicate, TermCode } from './compiled-rule.ts';
import type { Environment } from './environment.ts';
import { RowSet } from './row-set.ts';
import type { Wildcards } from './wildcards.ts';

/** A predicate and what is known of its arguments: values, or variables numbered in order, written `-1 - number`. */
export class Goal {
  readonly predicate: Predicate;
  readonly args: readonly TermCode[];
  /** Of each variable: its types, the first argument it stands for, and whether the question asks for its values. */
  readonly types: readonly number[];
  readonly positions: readonly number[];
  readonly outputs: readonly boolean[];

  /** `row` holds values and wildcards. */
  constructor(predicate: Predicate, row: readonly number[], wildcards: Wildcards) {
    const types: number[] = [];
    const positions: number[] = [];
    const outputs: boolean[] = [];
    this.predicate = predicate;
    this.args = row.map((code, position) => {
      if (code >= 0) return code;
      const number = wildcards.numberOf(code);
      if (number === types.length) {
        types.push(wildcards.typesOf(code));
        positions.push(position);
        outputs.push(wildcards.isOutput(code));
      }
      return -1 - number;
    });
    this.types = types;
    this.positions = positions;
    this.outputs = outputs;
  }

  /** A goal without variables holds or does not. */
  get isGround(): boolean {
    return this.types.length === 0;
  }
}

/** What is known so far about a goal. */
export class Table {
  readonly goal: Goal;
  /** One row an answer: for each variable of the goal a value or a wildcard. */
  readonly answers: RowSet;
  /** Rule bodies that wait for answers. */
  readonly consumers: Consumer[] = [];

  constructor(goal: Goal) {
    this.goal = goal;
    this.answers = new RowSet(goal.types.length);
  }

  /** True when more work cannot add an answer, because the goal is ground and holds. */
  get isDone(): boolean {
    return this.goal.isGround && this.answers.size > 0;
  }
}

/** A rule at work for a goal. */
export interface Frame {
  readonly table: Table;
  readonly rule: CompiledRule;
}

/** A rule body that stopped somewhere, and what it takes to go on from there. */
export interface Suspended {
  readonly frame: Frame;
  readonly pending: PendingLiterals;
  readonly environment: Environment;
}

/** A rule body that called a goal: it goes on once for every answer. */
export interface Consumer extends Suspended {
  readonly kind: 'consumer';
  readonly table: Table;
  /** The caller's root for each variable of the goal. */
  readonly roots: readonly TermCode[];
  /** The first answer that it has not seen. */
  next: number;
  isQueued: boolean;
}

/** The tables of one run, found by goal. */
export class TableSpace {
  readonly #byPredicate = new Map<Predicate, { readonly rows: RowSet; readonly tables: Table[] }>();

  find(predicate: Predicate, row: readonly number[]): Table | undefined {
    const known = this.#byPredicate.get(predicate);
    return known?.tables[known.rows.find(row)];
  }

  /** Keeps a table under its goal's row. */
  add(row: readonly number[], table: Table): void {
    const { predicate } = table.goal;
    let known = this.#byPredicate.get(predicate);
    if (known === undefined) {
      known = { rows: new RowSet(predicate.arity), tables: [] };
      this.#byPredicate.set(predicate, known);
    }
    known.tables[known.rows.add(row)] = table;
  }

  /** Takes over all tables of another space. */
  addAll(other: TableSpace): void {
    for (const [predicate, { rows, tables }] of other.#byPredicate) {
      for (const [number, table] of tables.entries()) {
        const row = Array.from({ length: predicate.arity }, (_, column) => rows.at(number, column));
        this.add(row, table);
      }
    }
  }
}
