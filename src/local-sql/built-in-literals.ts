import { areInOrder } from '../engine/are-in-order.ts';
import { parseInteger } from '../engine/parse-integer.ts';
import { unboundedError } from '../engine/unbounded-error.ts';
import { compareStrings } from '../facts/compare-strings.ts';
import type { Value } from '../facts/fact.ts';
import type { Literal, Rule, Term } from '../program/program.ts';
import { type Atom, type Column, type Constant, sameColumn, sameValue } from './residual.ts';
import { fork, type Resolved, type State } from './state.ts';

/** What is done to terms everywhere; `fits` says whether a column of the value's type can hold it. */
export interface TermAlgebra {
  newAtom(source: Atom['source']): Atom;
  resolve(state: State, term: Term | Resolved): Resolved;
  unify(state: State, left: Resolved, right: Resolved): boolean;
  fits(value: Value): boolean;
}

type Operator = Extract<Literal, { kind: 'compare' }>['operator'];

/** Whether the body goes on. What only the database can compare becomes a condition. Throws EVAL_UNBOUNDED. */
export function compareTerms(
  state: State,
  { operator, left, right }: { readonly operator: Operator; readonly left: Resolved; readonly right: Resolved },
  { rule, fits }: { readonly rule: Rule; fits(value: Value): boolean },
): boolean {
  if (left.kind === 'free' || right.kind === 'free') {
    if (left.kind === right.kind && left.kind === 'free' && right.kind === 'free' && left.variable === right.variable) {
      return false;
    }
    throw unboundedError('comparison', rule);
  }
  if (left.kind === 'value' && right.kind === 'value') {
    if (operator === '!=') return !sameValue(left.value, right.value);
    return areInOrder(operator, parseInteger(left.value), parseInteger(right.value));
  }
  if (operator === '!=') return differ(state, left, right, fits);
  if (typeOf(left) !== 'Integer' || typeOf(right) !== 'Integer') return false;
  state.conditions = [...state.conditions, { kind: 'order', operator, left, right }];
  return true;
}

function differ(state: State, a: Column | Constant, b: Column | Constant, fits: (value: Value) => boolean): boolean {
  if (typeOf(a) !== typeOf(b)) return true;
  const [left, right] = a.kind === 'column' ? [a, b] : [b, a];
  if (left.kind !== 'column') return false;
  if (right.kind === 'column' && sameColumn(left, right)) return false;
  if (right.kind === 'value' && !fits(right.value)) return true;
  state.conditions = [...state.conditions, { kind: 'differ', left, right }];
  return true;
}

function typeOf(term: Column | Constant): string {
  return term.kind === 'column' ? term.type : term.value.type;
}

/** The ways in which an item is in a list. For a column and values it is one. */
export function enumerateList(
  state: State,
  { item, list }: { readonly item: Term | Column; readonly list: readonly Term[] },
  terms: TermAlgebra,
): readonly State[] {
  const column = terms.resolve(state, item);
  const resolved = list.map((term) => terms.resolve(state, term));
  if (column.kind === 'column' && resolved.every((term) => term.kind === 'value')) {
    return narrowColumn(
      state,
      column,
      resolved.map(({ value }) => value),
      terms,
    );
  }
  return resolved.flatMap((term) => {
    const next = fork(state);
    return terms.unify(next, terms.resolve(next, item), terms.resolve(next, term)) ? [next] : [];
  });
}

function narrowColumn(state: State, column: Column, list: readonly Value[], { fits }: TermAlgebra): readonly State[] {
  const values = [
    ...new Map(list.filter((value) => value.type === column.type && fits(value)).map((value) => [value.id, value])),
  ]
    .map(([, value]) => value)
    .sort((a, b) => compareStrings(a.id, b.id));
  const [first] = values;
  if (first === undefined) return [];
  const next = fork(state);
  next.conditions = [
    ...next.conditions,
    values.length === 1
      ? { kind: 'equal', left: column, right: { kind: 'value', value: first } }
      : { kind: 'among', column, values },
  ];
  return [next];
}
