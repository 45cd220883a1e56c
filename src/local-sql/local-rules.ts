import type { Goals } from '../engine/goals.ts';
import type { Literal, Program, Rule, Term, TypeSet } from '../program/program.ts';
import { termsOf, variablesIn } from '../program/terms-of.ts';
import { ANY_TYPE, hasType, intersectTypes, isEmptyTypeSet, typeSetKey, typesOverlap } from '../program/type-set.ts';
import type { Binding } from './binding.ts';

/** What can stand at an argument, as far as it decides which rules and bindings matter. */
type Pattern =
  | { readonly kind: 'value'; readonly type: string; readonly id: string }
  | { readonly kind: 'types'; readonly types: TypeSet };

interface Atom {
  readonly predicate: string;
  readonly patterns: readonly Pattern[];
}

/** Goals whose reach is remembered; names in them come from clients. */
const MAX_KNOWN = 10_000;

/** The rules of a program by the goals they answer. */
export class RuleBook {
  readonly #rules = new Map<string, Rule[]>();
  readonly #shared = new WeakMap<object, readonly number[]>();

  readonly rules: readonly Rule[];

  constructor(program: Program) {
    this.rules = program.rules;
    for (const rule of program.rules) {
      const key = `${rule.params.length}/${rule.predicate}`;
      const known = this.#rules.get(key);
      if (known) known.push(rule);
      else this.#rules.set(key, [rule]);
    }
  }

  rulesOf(predicate: string, arity: number): readonly Rule[] {
    return this.#rules.get(`${arity}/${predicate}`) ?? [];
  }

  /** Variables of a `not` that also occur elsewhere in its rule. */
  sharedVariables(not: Extract<Literal, { kind: 'not' }>, rule: Rule): readonly number[] {
    let shared = this.#shared.get(not);
    if (shared === undefined) {
      const outside = variablesIn([...rule.params, ...rule.body.filter((literal) => literal !== not).flatMap(termsOf)]);
      shared = [...variablesIn(not.body.flatMap(termsOf))].filter((index) => outside.has(index));
      this.#shared.set(not, shared);
    }
    return shared;
  }
}

/** Decides which goals rows of the database can have a part in; all others are the engine's alone. */
export class LocalReach {
  readonly book: RuleBook;
  readonly #bindings: readonly Binding[];
  readonly #known = new Map<string, boolean>();
  #dependent: ReadonlySet<Rule> = new Set();

  constructor(book: RuleBook, bindings: readonly Binding[]) {
    this.book = book;
    this.#bindings = bindings;
    // What negates a goal of such a rule is one itself.
    for (let before = -1; before < this.#dependent.size; ) {
      before = this.#dependent.size;
      this.#dependent = new Set(book.rules.filter((rule) => this.#isDependent(rule)));
      this.#known.clear();
    }
  }

  /**
   * Rules with a `not` that rows of the database can have a part in, for some goal of theirs: the engine leaves them out for
   * all of their goals, so what they say it cannot.
   */
  get dependent(): ReadonlySet<Rule> {
    return this.#dependent;
  }

  #isDependent({ body, variables }: Rule): boolean {
    const patterns = variables.map(({ types }): Pattern => ({ kind: 'types', types }));
    const negated = body.filter(({ kind }) => kind === 'not');
    return [...callsIn(negated, patterns)].some((atom) => this.#reaches(atom));
  }

  reaches(predicate: string, goal: Parameters<Goals['answers']>[1]): boolean {
    if (this.#bindings.length === 0) return false;
    return this.#reaches({
      predicate,
      patterns: goal.map((term) =>
        term.kind === 'value' ? valuePattern(term.value.type, term.value.id) : { kind: 'types', types: term.types },
      ),
    });
  }

  #reaches(root: Atom): boolean {
    if (this.#known.size > MAX_KNOWN) this.#known.clear();
    const rootKey = keyOf(root);
    const known = this.#known.get(rootKey);
    if (known !== undefined) return known;
    const goals = new Map([[rootKey, root]]);
    for (const [key, atom] of goals) {
      const rules = this.#rulesFor(atom);
      if (this.#known.get(key) === true || this.#isLocal(atom, rules)) {
        this.#known.set(rootKey, true);
        return true;
      }
      for (const next of rules.flatMap(({ rule, variables }) => [...callsIn(rule.body, variables)])) {
        const nextKey = keyOf(next);
        if (!goals.has(nextKey)) goals.set(nextKey, next);
      }
    }
    for (const key of goals.keys()) this.#known.set(key, false);
    return false;
  }

  /** Whether rows are an answer to the goal itself, or the engine leaves out a rule for it. */
  #isLocal(atom: Atom, rules: readonly MetRule[]): boolean {
    return (
      this.#bindings.some((binding) => meetsBinding(atom, binding)) ||
      rules.some(({ rule }) => this.#dependent.has(rule))
    );
  }

  #rulesFor({ predicate, patterns }: Atom): readonly MetRule[] {
    return this.book.rulesOf(predicate, patterns.length).flatMap((rule) => {
      const variables = meetHead(rule, { predicate, patterns });
      return variables === undefined ? [] : [{ rule, variables }];
    });
  }
}

/** A rule whose head a goal can meet, with what is then known of its variables. */
interface MetRule {
  readonly rule: Rule;
  readonly variables: readonly Pattern[];
}

function* callsIn(body: readonly Literal[], variables: readonly Pattern[]): Generator<Atom> {
  for (const literal of body) {
    if (literal.kind === 'not') yield* callsIn(literal.body, variables);
    else if (literal.kind === 'call') {
      yield { predicate: literal.predicate, patterns: literal.args.map((term) => patternOf(term, variables)) };
    }
  }
}

function meetHead(rule: Rule, atom: Atom): readonly Pattern[] | undefined {
  const variables: Pattern[] = rule.variables.map(({ types }) => ({ kind: 'types', types }));
  for (const [position, term] of rule.params.entries()) {
    const wanted = atom.patterns[position];
    const met = wanted && meet(patternOf(term, variables), wanted);
    if (!met) return undefined;
    if (term.kind === 'variable') variables[term.index] = met;
  }
  return variables;
}

function patternOf(term: Term, variables: readonly Pattern[]): Pattern {
  if (term.kind === 'value') return valuePattern(term.value.type, term.value.id);
  if (term.kind === 'now') return { kind: 'types', types: { kind: 'some', types: new Set(['Integer']) } };
  return variables[term.index] ?? { kind: 'types', types: ANY_TYPE };
}

/** Objects count by their type alone: what is learned about one holds for all. */
function valuePattern(type: string, id: string): Pattern {
  if (type === 'String') return { kind: 'value', type, id };
  return { kind: 'types', types: { kind: 'some', types: new Set([type]) } };
}

function meet(a: Pattern, b: Pattern): Pattern | undefined {
  if (a.kind === 'value') return fitsValue(b, a) ? a : undefined;
  if (b.kind === 'value') return fitsValue(a, b) ? b : undefined;
  const types = intersectTypes(a.types, b.types);
  return isEmptyTypeSet(types) ? undefined : { kind: 'types', types };
}

function fitsValue(pattern: Pattern, value: { readonly type: string; readonly id: string }): boolean {
  return pattern.kind === 'types'
    ? hasType(pattern.types, value.type)
    : pattern.type === value.type && pattern.id === value.id;
}

function meetsBinding({ predicate, patterns }: Atom, { predicate: name, args }: Binding): boolean {
  if (predicate !== name || patterns.length !== args.length) return false;
  return args.every((arg, position) => {
    const pattern = patterns[position];
    if (pattern === undefined) return false;
    if (arg.kind === 'value') return meet(valuePattern(arg.value.type, arg.value.id), pattern) !== undefined;
    return pattern.kind === 'value'
      ? pattern.type === arg.type
      : typesOverlap(pattern.types, { kind: 'some', types: new Set([arg.type]) });
  });
}

function keyOf({ predicate, patterns }: Atom): string {
  const keys = patterns.map((pattern) =>
    pattern.kind === 'value' ? ['=', pattern.type, pattern.id] : typeSetKey(pattern.types),
  );
  return JSON.stringify([predicate, keys]);
}
