import type { Span } from '../source/source.ts';
import type { ExpandedRule } from './expanded-rule.ts';
import type { Literal, Rule, Term, TypeSet } from './program.ts';
import { ANY_TYPE, intersectTypes, isEmptyTypeSet, typesNamed } from './type-set.ts';

/** The static type of each variable of a rule, by number. */
export type VariableTypes = readonly TypeSet[];

/** A rule with what its own text says about types (polar reference, 3.3.6, but for what other rules say). */
export interface TypedRule {
  readonly source: ExpandedRule;
  readonly rule: Rule;
  readonly types: VariableTypes;
  /** Every call, those inside `not` included, with the types that hold where it stands. */
  readonly calls: readonly TypedCall[];
  /** Pairs of variables that some `=` makes one. */
  readonly aliases: readonly (readonly [number, number])[];
  /** Comparisons of what cannot be an Integer. */
  readonly wrongComparisons: readonly { readonly literal: Literal; readonly term: Term; readonly types: TypeSet }[];
  /** Variables that no type fits once `=`, `in` and comparisons are considered, each once. */
  readonly contradictions: readonly number[];
}

export interface TypedCall {
  readonly predicate: string;
  readonly args: readonly Term[];
  readonly types: VariableTypes;
  /** Inside some `not`. */
  readonly negated: boolean;
  /** Absent in the default `allow`. */
  readonly span: Span | undefined;
}

export function typeRule(source: ExpandedRule): TypedRule {
  const { rule } = source;
  const found: Findings = { source, calls: [], aliases: [], wrongComparisons: [], contradictions: new Set() };
  const types = typeBody(rule.body, { types: rule.variables.map((variable) => variable.types), negated: false }, found);
  return { rule, types, ...found, contradictions: [...found.contradictions] };
}

/** What a term can be, given the types of the variables. */
export function termTypes(term: Term, types: VariableTypes): TypeSet {
  if (term.kind === 'value') return typesNamed(term.value.type);
  return term.kind === 'now' ? INTEGER : (types[term.index] ?? ANY_TYPE);
}

const INTEGER = typesNamed('Integer');

interface Findings {
  readonly source: ExpandedRule;
  readonly calls: TypedCall[];
  readonly aliases: (readonly [number, number])[];
  readonly wrongComparisons: { literal: Literal; term: Term; types: TypeSet }[];
  readonly contradictions: Set<number>;
}

interface Context {
  readonly types: VariableTypes;
  readonly negated: boolean;
}

function typeBody(body: readonly Literal[], { types: outer, negated }: Context, found: Findings): VariableTypes {
  const types = [...outer];
  settle(body, types, narrowByEquality);
  for (const literal of body) if (literal.kind === 'compare') checkComparison(literal, types, found);
  settle(body, types, narrowByAny);
  for (const [index, set] of types.entries()) {
    if (isEmptyTypeSet(set) && !isEmptyTypeSet(outer[index] ?? ANY_TYPE)) found.contradictions.add(index);
  }
  for (const literal of body) {
    if (literal.kind === 'call') {
      const { predicate, args } = literal;
      found.calls.push({ predicate, args, types, negated, span: found.source.literalSpans.get(literal) });
    }
    if (literal.kind === 'not') typeBody(literal.body, { types, negated: true }, found);
    if (literal.kind === 'equal' && literal.left.kind === 'variable' && literal.right.kind === 'variable') {
      found.aliases.push([literal.left.index, literal.right.index]);
    }
  }
  return types;
}

type Narrow = (literal: Literal, types: TypeSet[]) => boolean;

/** Repeats until nothing changes: `=` carries types from one variable to the next. */
function settle(body: readonly Literal[], types: TypeSet[], narrow: Narrow): void {
  const literals = body.filter((literal) => literal.kind !== 'call' && literal.kind !== 'not');
  let changed = literals.length > 0;
  while (changed) {
    changed = false;
    for (const literal of literals) changed = narrow(literal, types) || changed;
  }
}

function narrowByEquality(literal: Literal, types: TypeSet[]): boolean {
  switch (literal.kind) {
    case 'equal': {
      const both = intersectTypes(termTypes(literal.left, types), termTypes(literal.right, types));
      const left = narrowTerm(literal.left, both, types);
      return narrowTerm(literal.right, both, types) || left;
    }
    case 'in':
      return narrowTerm(literal.item, unionOf(literal.list.map((item) => termTypes(item, types))), types);
    case 'matches':
      return narrowTerm({ kind: 'variable', index: literal.variable }, literal.types, types);
    default:
      return false;
  }
}

function narrowByAny(literal: Literal, types: TypeSet[]): boolean {
  if (literal.kind !== 'compare' || literal.operator === '!=') return narrowByEquality(literal, types);
  const left = narrowTerm(literal.left, INTEGER, types);
  return narrowTerm(literal.right, INTEGER, types) || left;
}

/** True when that taught something. */
function narrowTerm(term: Term, set: TypeSet, types: TypeSet[]): boolean {
  if (term.kind !== 'variable') return false;
  const before = types[term.index] ?? ANY_TYPE;
  const after = intersectTypes(before, set);
  types[term.index] = after;
  return sizeOf(after) < sizeOf(before);
}

function sizeOf(set: TypeSet): number {
  return set.kind === 'any' ? Number.POSITIVE_INFINITY : set.types.size;
}

function unionOf(sets: readonly TypeSet[]): TypeSet {
  const names: string[] = [];
  for (const set of sets) {
    if (set.kind === 'any') return ANY_TYPE;
    names.push(...set.types);
  }
  return typesNamed(...names);
}

function checkComparison(
  literal: Extract<Literal, { kind: 'compare' }>,
  types: VariableTypes,
  { wrongComparisons }: Findings,
): void {
  if (literal.operator === '!=') return;
  for (const term of [literal.left, literal.right]) {
    const set = termTypes(term, types);
    if (set.kind === 'any' || set.types.size === 0 || set.types.has('Integer')) continue;
    wrongComparisons.push({ literal, term, types: set });
  }
}
