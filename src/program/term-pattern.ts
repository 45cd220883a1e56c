import type { Literal, Term, TypeSet } from './program.ts';
import { type TypedRule, termTypes, type VariableTypes } from './static-types.ts';
import { hasType, typeSetKey, typesOverlap } from './type-set.ts';

/** What can stand at one argument position: some values, or anything of some types. */
export type TermPattern =
  | { readonly kind: 'values'; readonly types: readonly string[]; readonly keys: readonly string[] }
  | { readonly kind: 'types'; readonly set: TypeSet };

/** A head or a call, as far as it matters for which of them can meet. */
export interface AtomPattern {
  readonly predicate: string;
  readonly terms: readonly TermPattern[];
  /** Equal patterns have equal keys. */
  readonly key: string;
}

/** Variables that a positive `=` or `in` of the rule ties to values, by number. */
export type KnownValues = ReadonlyMap<number, TermPattern>;

export function knownValues(rule: TypedRule): KnownValues {
  const known = new Map<number, TermPattern>();
  for (const literal of rule.rule.body) {
    for (const [term, values] of bindingsOf(literal)) {
      if (term.kind === 'variable' && !known.has(term.index)) known.set(term.index, values);
    }
  }
  return known;
}

export function atomPattern(
  atom: { readonly predicate: string; readonly args: readonly Term[] },
  types: VariableTypes,
  known: KnownValues,
): AtomPattern {
  const terms = atom.args.map((term) => termPattern(term, types, known));
  return { predicate: atom.predicate, terms, key: [atom.predicate, ...terms.map(patternKey)].join('\n') };
}

/** Whether one fact could be an instance of both. Both are of the same predicate and arity. */
export function atomsOverlap(a: AtomPattern, b: AtomPattern): boolean {
  return a.terms.every((term, position) => {
    const other = b.terms[position];
    return other !== undefined && termsOverlap(term, other);
  });
}

function termsOverlap(a: TermPattern, b: TermPattern): boolean {
  if (a.kind === 'types') {
    return b.kind === 'types' ? typesOverlap(a.set, b.set) : b.types.some((type) => hasType(a.set, type));
  }
  if (b.kind === 'types') return a.types.some((type) => hasType(b.set, type));
  return a.keys.some((key) => b.keys.includes(key));
}

function bindingsOf(literal: Literal): readonly (readonly [Term, TermPattern])[] {
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
  return {
    kind: 'values',
    types: [...new Set(values.map(({ type }) => type))],
    keys: values.map(({ type, id }) => JSON.stringify([type, id])),
  };
}

function termPattern(term: Term, types: VariableTypes, known: KnownValues): TermPattern {
  const values = term.kind === 'variable' ? known.get(term.index) : valuesPattern([term]);
  return values ?? { kind: 'types', set: termTypes(term, types) };
}

function patternKey(pattern: TermPattern): string {
  return pattern.kind === 'values' ? pattern.keys.join() : typeSetKey(pattern.set);
}
