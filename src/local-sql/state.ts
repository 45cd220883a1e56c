import type { Value } from '../facts/fact.ts';
import type { Term, TypeSet } from '../program/program.ts';
import { hasType, intersectTypes, isEmptyTypeSet } from '../program/type-set.ts';
import { type Atom, type Column, type Condition, type Constant, sameColumn, sameValue } from './residual.ts';

/** What a variable of a rule stands for while its body is being done. */
export type Entry =
  | Constant
  | Column
  | { readonly kind: 'free'; readonly types: TypeSet }
  | { readonly kind: 'alias'; readonly to: number };

/** A term when everything known about it is taken in. A free one is the last variable in a chain of equal ones. */
export type Resolved = Constant | Column | { readonly kind: 'free'; readonly variable: number };

/** A body on its way: what its variables stand for, and what is left for the database. Copied where ways part. */
export interface State {
  readonly entries: Entry[];
  atoms: readonly Atom[];
  conditions: readonly Condition[];
  /** Whether rows of the database have a part: otherwise the engine says the same. */
  isLocal: boolean;
  /** Rows that single answers of goals under way have brought along; see `Recursion`. */
  taken: readonly Taken[];
}

/** An answer that a body has used, by the goal it came from and how many rows it stands on. */
export interface Taken {
  readonly table: GoalNode;
  readonly rows: number;
}

/** A goal and the goals that its bodies call. */
export interface GoalNode {
  readonly calls: Set<GoalNode>;
}

/** A body at its start. */
export function newState(entries: readonly Entry[]): State {
  return { entries: [...entries], atoms: [], conditions: [], isLocal: false, taken: [] };
}

export function fork(state: State): State {
  return { ...state, entries: [...state.entries] };
}

export function resolve(state: State, term: Term | Resolved, now: Value): Resolved {
  switch (term.kind) {
    case 'value':
      return term;
    case 'now':
      return { kind: 'value', value: now };
    case 'column':
      return knownValue(state, term) ?? term;
    case 'free':
      return follow(state, term.variable);
    case 'variable':
      return follow(state, term.index);
  }
}

function follow(state: State, variable: number): Resolved {
  let index = variable;
  for (;;) {
    const entry = state.entries[index];
    if (entry === undefined) throw new Error(`no variable ${index}`);
    if (entry.kind === 'alias') index = entry.to;
    else if (entry.kind === 'free') return { kind: 'free', variable: index };
    else return entry.kind === 'column' ? (knownValue(state, entry) ?? entry) : entry;
  }
}

/** The value that a column must have. */
function knownValue({ conditions }: State, column: Column): Constant | undefined {
  for (const condition of conditions) {
    if (condition.kind === 'equal' && condition.right.kind === 'value' && sameColumn(condition.left, column)) {
      return condition.right;
    }
  }
  return undefined;
}

export function typesOf({ entries }: State, variable: number): TypeSet {
  const entry = entries[variable];
  if (entry?.kind !== 'free') throw new Error(`variable ${variable} is not free`);
  return entry.types;
}

/** Leaves a term only these types. False when that is impossible. */
export function narrow(state: State, term: Resolved, types: TypeSet): boolean {
  if (term.kind === 'value') return hasType(types, term.value.type);
  if (term.kind === 'column') return hasType(types, term.type);
  const left = intersectTypes(typesOf(state, term.variable), types);
  if (isEmptyTypeSet(left)) return false;
  state.entries[term.variable] = { kind: 'free', types: left };
  return true;
}

/** Makes two resolved terms equal. False when they cannot be. `fits`: whether a column can hold a value at all. */
export function unify(state: State, left: Resolved, right: Resolved, fits: (value: Value) => boolean): boolean {
  if (left.kind === 'free') return unifyFree(state, left.variable, right);
  if (right.kind === 'free') return unifyFree(state, right.variable, left);
  if (left.kind === 'value' && right.kind === 'value') return sameValue(left.value, right.value);
  const [column, other] = left.kind === 'column' ? [left, right] : [right, left];
  if (column.kind !== 'column') throw new Error('a column is missing');
  if (other.kind === 'column') {
    if (other.type !== column.type) return false;
    if (sameColumn(column, other)) return true;
  } else if (other.value.type !== column.type || !fits(other.value)) return false;
  state.conditions = [...state.conditions, { kind: 'equal', left: column, right: other }];
  return true;
}

function unifyFree(state: State, variable: number, other: Resolved): boolean {
  if (other.kind === 'free' && other.variable === variable) return true;
  if (!narrow(state, other, typesOf(state, variable))) return false;
  state.entries[variable] = other.kind === 'free' ? { kind: 'alias', to: other.variable } : other;
  return true;
}
