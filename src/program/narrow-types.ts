import type { DraftLiteral } from './expanded-rule.ts';
import type { Term, TypeSet } from './program.ts';
import { ANY_TYPE, intersectTypes, typesNamed } from './type-set.ts';

/** The static type of each variable of a rule, by number. */
export type VariableTypes = readonly TypeSet[];

/** What a term can be, given the types of the variables. */
export function termTypes(term: Term, types: VariableTypes): TypeSet {
  if (term.kind === 'value') return typesNamed(term.value.type);
  return term.kind === 'now' ? INTEGER : (types[term.index] as TypeSet);
}

/** Narrows the types to what `=`, `in` and `matches` of the body allow. */
export function narrowByEquality(body: readonly DraftLiteral[], types: TypeSet[]): void {
  settle(body, types, equalityTeaches);
}

/** And to what its comparisons allow. */
export function narrowByComparison(body: readonly DraftLiteral[], types: TypeSet[]): void {
  settle(body, types, comparisonTeaches);
}

const INTEGER = typesNamed('Integer');

/** Gives the variables that it taught something about. */
type Narrow = (literal: DraftLiteral, types: TypeSet[]) => readonly number[];

/** Repeats until nothing changes: `=` carries types from one variable to the next. */
function settle(body: readonly DraftLiteral[], types: TypeSet[], narrow: Narrow): void {
  const tests = body.filter((literal) => literal.kind !== 'call' && literal.kind !== 'not');
  const readers = readersOf(tests);
  const queue = new Set<DraftLiteral>(tests);
  for (const literal of queue) {
    queue.delete(literal);
    const changed = narrow(literal, types).flatMap((index) => readers.get(index) as readonly DraftLiteral[]);
    for (const reader of changed) if (reader !== literal) queue.add(reader);
  }
}

/** By variable, the literals that mention it. */
function readersOf(literals: readonly DraftLiteral[]): ReadonlyMap<number, readonly DraftLiteral[]> {
  const readers = new Map<number, DraftLiteral[]>();
  for (const literal of literals) {
    for (const index of literalVariables(literal)) {
      const list = readers.get(index);
      if (list) list.push(literal);
      else readers.set(index, [literal]);
    }
  }
  return readers;
}

function literalVariables(literal: DraftLiteral): readonly number[] {
  switch (literal.kind) {
    case 'equal':
    case 'compare':
      return termVariables([literal.left, literal.right]);
    case 'in':
      return termVariables([literal.item, ...literal.list]);
    case 'matches':
      return [literal.variable];
    default:
      return [];
  }
}

function termVariables(terms: readonly Term[]): readonly number[] {
  return terms.flatMap((term) => (term.kind === 'variable' ? [term.index] : []));
}

function equalityTeaches(literal: DraftLiteral, types: TypeSet[]): readonly number[] {
  switch (literal.kind) {
    case 'equal': {
      const both = intersectTypes(termTypes(literal.left, types), termTypes(literal.right, types));
      return [...narrowTerm(literal.left, both, types), ...narrowTerm(literal.right, both, types)];
    }
    case 'in':
      return narrowTerm(literal.item, unionOf(literal.list.map((item) => termTypes(item, types))), types);
    case 'matches':
      return narrowTerm({ kind: 'variable', index: literal.variable }, literal.types, types);
    default:
      return [];
  }
}

function comparisonTeaches(literal: DraftLiteral, types: TypeSet[]): readonly number[] {
  if (literal.kind !== 'compare' || literal.operator === '!=') return equalityTeaches(literal, types);
  return [...narrowTerm(literal.left, INTEGER, types), ...narrowTerm(literal.right, INTEGER, types)];
}

function narrowTerm(term: Term, set: TypeSet, types: TypeSet[]): readonly number[] {
  if (term.kind !== 'variable') return [];
  const before = types[term.index] as TypeSet;
  const after = intersectTypes(before, set);
  types[term.index] = after;
  return sizeOf(after) < sizeOf(before) ? [term.index] : [];
}

function sizeOf(set: TypeSet): number {
  return set.kind === 'any' ? Number.POSITIVE_INFINITY : set.types.size;
}

function unionOf(sets: readonly TypeSet[]): TypeSet {
  const types = new Set<string>();
  for (const set of sets) {
    if (set.kind === 'any') return ANY_TYPE;
    for (const type of set.types) types.add(type);
  }
  return { kind: 'some', types };
}
