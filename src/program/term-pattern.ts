import type { DraftLiteral, DraftRule } from './expanded-rule.ts';
import { termTypes, type VariableTypes } from './narrow-types.ts';
import type { Term, TypeSet } from './program.ts';
import type { TypedRule } from './static-types.ts';
import { hasType, intersectTypes, isEmptyTypeSet, typeSetKey, typesOverlap } from './type-set.ts';

/** What can stand at one argument position: some values, or anything of some types. */
export type TermPattern =
  | { readonly kind: 'values'; readonly values: readonly PatternValue[] }
  | { readonly kind: 'types'; readonly set: TypeSet };

/** `key` is the same for the same value only. */
export interface PatternValue {
  readonly type: string;
  readonly key: string;
}

/** A head or a call, as far as it matters for which of them can meet. */
export interface AtomPattern {
  readonly predicate: string;
  readonly terms: readonly TermPattern[];
}

/** What is known of variables beyond their types, by number. */
export type KnownPatterns = ReadonlyMap<number, TermPattern>;

/** Patterns have equal keys exactly when they are equal, values in the same order. */
export function atomKey({ predicate, terms }: AtomPattern): string {
  return [predicate, ...terms.map(termKey)].join('\n');
}

/** Variables that a positive `=` or `in` of the rule ties to values. */
export function tiedValues({ body }: DraftRule): KnownPatterns {
  const known = new Map<number, TermPattern>();
  for (const literal of body) {
    for (const [term, values] of bindingsOf(literal)) {
      if (term.kind === 'variable' && !known.has(term.index)) known.set(term.index, values);
    }
  }
  return known;
}

export function atomPattern(
  atom: { readonly predicate: string; readonly args: readonly Term[] },
  types: VariableTypes,
  known: KnownPatterns,
): AtomPattern {
  return { predicate: atom.predicate, terms: atom.args.map((term) => termPattern(term, types, known)) };
}

/**
 * What is known of the variables of a rule when its head is an instance of `goal`; absent when it never is. `tied` is what
 * {@link tiedValues} says of the rule.
 */
export function meetHead(
  { rule, types }: TypedRule,
  goal: AtomPattern,
  tied: KnownPatterns,
): KnownPatterns | undefined {
  const known = new Map(tied);
  for (const [position, term] of rule.params.entries()) {
    const wanted = goal.terms[position];
    const met = wanted && meetTerms(termPattern(term, types, known), wanted);
    if (!met) return undefined;
    if (term.kind === 'variable') known.set(term.index, met);
  }
  return known;
}

/** Whether one fact could be an instance of both. Both are of the same predicate and arity. */
export function atomsOverlap(a: AtomPattern, b: AtomPattern): boolean {
  return a.terms.every((term, position) => {
    const other = b.terms[position];
    return other !== undefined && termsOverlap(term, other);
  });
}

function termsOverlap(a: TermPattern, b: TermPattern): boolean {
  return a.kind === 'types' && b.kind === 'types' ? typesOverlap(a.set, b.set) : meetTerms(a, b) !== undefined;
}

/** What fits both; absent when nothing does. */
function meetTerms(a: TermPattern, b: TermPattern): TermPattern | undefined {
  if (a.kind === 'types') {
    if (b.kind === 'values') return meetTerms(b, a);
    const set = intersectTypes(a.set, b.set);
    return isEmptyTypeSet(set) ? undefined : { kind: 'types', set };
  }
  const fits =
    b.kind === 'types'
      ? ({ type }: PatternValue) => hasType(b.set, type)
      : ({ key }: PatternValue) => b.values.some((value) => value.key === key);
  const values = a.values.filter(fits);
  return values.length === 0 ? undefined : { kind: 'values', values };
}

function bindingsOf(literal: DraftLiteral): readonly (readonly [Term, TermPattern])[] {
  if (literal.kind === 'in') {
    const values = valuesPattern(literal.list);
    return values ? [[literal.item, values]] : [];
  }
  if (literal.kind !== 'equal') return [];
  const [left, right] = [valuesPattern([literal.left]), valuesPattern([literal.right])];
  return [...(right ? [[literal.left, right] as const] : []), ...(left ? [[literal.right, left] as const] : [])];
}

/** Absent unless all terms are values. */
function valuesPattern(terms: readonly Term[]): TermPattern | undefined {
  const values = terms.flatMap((term) => (term.kind === 'value' ? [term.value] : []));
  if (values.length < terms.length) return undefined;
  return { kind: 'values', values: values.map(({ type, id }) => ({ type, key: JSON.stringify([type, id]) })) };
}

/** A variable known to be something that its types exclude fits nothing. */
function termPattern(term: Term, types: VariableTypes, known: KnownPatterns): TermPattern {
  const open: TermPattern = { kind: 'types', set: termTypes(term, types) };
  if (term.kind !== 'variable') return valuesPattern([term]) ?? open;
  const more = known.get(term.index);
  return more ? (meetTerms(more, open) ?? { kind: 'values', values: [] }) : open;
}

/** Types have a prefix: a set of two is written as a value is. */
function termKey(pattern: TermPattern): string {
  return pattern.kind === 'values' ? pattern.values.map(({ key }) => key).join() : `types ${typeSetKey(pattern.set)}`;
}
