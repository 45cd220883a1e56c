import type { Span } from '../source/source.ts';
import type { DraftLiteral, DraftRule, ExpandedRule } from './expanded-rule.ts';
import { narrowByComparison, narrowByEquality, termTypes, type VariableTypes } from './narrow-types.ts';
import type { Term, TypeSet } from './program.ts';
import { isEmptyTypeSet } from './type-set.ts';

type VariableTerm = Extract<Term, { kind: 'variable' }>;

interface WrongComparison {
  readonly literal: DraftLiteral;
  readonly variable: number;
  readonly types: TypeSet;
}

/** A rule with what its own text says about types (polar reference, 3.3.6, but for what other rules say). */
export interface TypedRule {
  readonly source: ExpandedRule;
  readonly rule: DraftRule;
  readonly types: VariableTypes;
  /** Every call, those inside `not` included, with the types that hold where it stands. */
  readonly calls: readonly TypedCall[];
  /** Pairs of variables that some `=` makes one. */
  readonly aliases: readonly (readonly [number, number])[];
  /** Comparisons of what cannot be an Integer. */
  readonly wrongComparisons: readonly WrongComparison[];
  /** For each body that `=`, `in` and comparisons make impossible, a variable that no type fits. */
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

interface Findings {
  readonly source: ExpandedRule;
  readonly calls: TypedCall[];
  readonly aliases: (readonly [number, number])[];
  readonly wrongComparisons: WrongComparison[];
  readonly contradictions: Set<number>;
}

interface Context {
  readonly types: VariableTypes;
  readonly negated: boolean;
}

function typeBody(body: readonly DraftLiteral[], { types: outer, negated }: Context, found: Findings): VariableTypes {
  // Calls alone teach nothing: the many bodies of a rule with many `not`s have its types, not a copy each.
  const types = body.every(({ kind }) => kind === 'call' || kind === 'not') ? outer : narrowTypes(body, outer, found);
  for (const literal of body) visit(literal, { types, negated }, found);
  return types;
}

function narrowTypes(body: readonly DraftLiteral[], outer: VariableTypes, found: Findings): VariableTypes {
  const types = [...outer];
  narrowByEquality(body, types);
  for (const literal of body) if (literal.kind === 'compare') checkComparison(literal, types, found);
  narrowByComparison(body, types);
  const contradiction = types.findIndex(
    (set, index) => isEmptyTypeSet(set) && !isEmptyTypeSet(outer[index] as TypeSet),
  );
  if (contradiction >= 0 && found.wrongComparisons.length === 0) found.contradictions.add(contradiction);
  return types;
}

function visit(literal: DraftLiteral, { types, negated }: Context, found: Findings): void {
  if (literal.kind === 'call') {
    const { predicate, args } = literal;
    found.calls.push({ predicate, args, types, negated, span: found.source.literalSpans.get(literal) });
  }
  if (literal.kind === 'not') typeBody(literal.body, { types, negated: true }, found);
  if (literal.kind === 'equal' && literal.left.kind === 'variable' && literal.right.kind === 'variable') {
    found.aliases.push([literal.left.index, literal.right.index]);
  }
}

function checkComparison(
  literal: Extract<DraftLiteral, { kind: 'compare' }>,
  types: VariableTypes,
  { wrongComparisons }: Findings,
): void {
  if (literal.operator === '!=') return;
  for (const term of [literal.left, literal.right]) {
    const set = termTypes(term, types);
    if (set.kind === 'any' || set.types.size === 0 || set.types.has('Integer')) continue;
    // Literals that are no Integers were refused before rules are expanded.
    wrongComparisons.push({ literal, variable: (term as VariableTerm).index, types: set });
  }
}
