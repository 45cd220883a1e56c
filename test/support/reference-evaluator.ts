import type { Fact, Value } from '../../src/facts/fact.ts';
import type { Literal, Program, Rule, Term, TypeSet } from '../../src/program/program.ts';
import { alternatingFixpoint, type Interpretation, isStranger, Looks, STRANGER } from './least-model.ts';

/*
 * The slowest obvious thing: the least model of a program over a finite set of constants, computed bottom-up by
 * naive iteration. No goals, no indexes, no memo.
 *
 * The open domain is stood in for by strangers: two values of every type that no fact, rule or question mentions.
 * Nothing distinguishes them from the infinitely many other unmentioned values, so a wildcard over a type holds
 * exactly when it holds for a stranger.
 */

export interface ReferenceModel {
  /** Everything that holds of values that are mentioned, and of strangers. */
  readonly atoms: Interpretation;
  /** Values that are mentioned, and strangers. */
  readonly domain: readonly Value[];
  holds(predicate: string, args: readonly Value[]): boolean;
  /** Mentioned values and strangers of one type. */
  values(type: string): readonly Value[];
}

export interface ReferenceInput {
  readonly program: Program;
  readonly facts: readonly Fact[];
  /** Further values that questions will mention. */
  readonly mentioned: readonly Value[];
  readonly unixTime: bigint;
  /** Most looks at an atom or a value; by default any number. */
  readonly maxLooks?: number;
}

/** Throws TooManyLooks. */
export function referenceModel(input: ReferenceInput): ReferenceModel {
  const domain = collectDomain(input);
  const context: Context = { domain, unixTime: input.unixTime, looks: new Looks(input.maxLooks) };
  const atoms = alternatingFixpoint(input.facts, (model, judged) => {
    for (const rule of input.program.rules) applyRule(rule, { context, model, judged });
  });
  return {
    atoms,
    domain,
    holds: (predicate, args) => atoms.has(predicate, args),
    values: (type) => domain.filter((value) => value.type === type),
  };
}

interface Context {
  readonly domain: readonly Value[];
  readonly unixTime: bigint;
  readonly looks: Looks;
}

interface Scope {
  readonly context: Context;
  /** Where positive calls look. */
  readonly model: Interpretation;
  /** Where calls under `not` look. */
  readonly judged: Interpretation;
}

type Bindings = readonly (Value | undefined)[];

function applyRule(rule: Rule, scope: Scope): void {
  const open = rule.variables.map(() => undefined);
  for (const bindings of [...solve(rule, rule.body, open, variablesOf(rule.params), scope)]) {
    const args = rule.params.map((term) => valueOfTerm(term, bindings, scope.context) as Value);
    scope.model.add(rule.predicate, args);
  }
}

/** Every way to make all literals true, with a value for each wanted variable. */
function* solve(
  rule: Rule,
  literals: readonly Literal[],
  bindings: Bindings,
  wanted: ReadonlySet<number>,
  scope: Scope,
): Generator<Bindings> {
  const calls = literals.filter((literal) => literal.kind === 'call');
  const tests = literals.filter((literal) => literal.kind !== 'call');
  const needed = new Set(wanted);
  for (const test of tests) for (const index of outerVariables(rule, test, literals, wanted)) needed.add(index);
  for (const joined of join(rule, calls, bindings, scope)) {
    for (const full of enumerate(
      rule,
      [...needed].filter((index) => joined[index] === undefined),
      joined,
      scope.context,
    )) {
      if (tests.every((literal) => isTrue(rule, literal, full, scope))) yield full;
    }
  }
}

type Call = Extract<Literal, { kind: 'call' }>;

/** Binds through calls, in the order written; every other literal is a test of complete bindings. */
function* join(rule: Rule, calls: readonly Call[], bindings: Bindings, scope: Scope): Generator<Bindings> {
  const [call, ...rest] = calls;
  if (!call) {
    yield bindings;
    return;
  }
  for (const atom of scope.model.atoms(call.predicate, call.args.length)) {
    scope.context.looks.take();
    const extended = matchAtom(rule, call.args, atom, bindings, scope.context);
    if (extended) yield* join(rule, rest, extended, scope);
  }
}

function matchAtom(
  rule: Rule,
  terms: readonly Term[],
  atom: readonly Value[],
  bindings: Bindings,
  context: Context,
): Bindings | undefined {
  const extended = [...bindings];
  for (const [position, term] of terms.entries()) {
    const value = atom[position] as Value;
    const known = valueOfTerm(term, extended, context);
    if (known) {
      if (!same(known, value)) return undefined;
    } else if (term.kind === 'variable') {
      if (!allows(rule.variables[term.index]?.types, value.type)) return undefined;
      extended[term.index] = value;
    }
  }
  return extended;
}

function* enumerate(rule: Rule, indexes: readonly number[], bindings: Bindings, context: Context): Generator<Bindings> {
  const [index, ...rest] = indexes;
  if (index === undefined) {
    yield bindings;
    return;
  }
  for (const value of context.domain) {
    context.looks.take();
    if (allows(rule.variables[index]?.types, value.type))
      yield* enumerate(rule, rest, bindings.with(index, value), context);
  }
}

/** Whether a literal holds when every variable that matters to it has a value. */
function isTrue(rule: Rule, literal: Literal, bindings: Bindings, scope: Scope): boolean {
  const value = (term: Term) => valueOfTerm(term, bindings, scope.context) as Value;
  switch (literal.kind) {
    case 'equal':
      return same(value(literal.left), value(literal.right));
    case 'in':
      return literal.list.some((item) => same(value(literal.item), value(item)));
    case 'matches':
      return allows(literal.types, (bindings[literal.variable] as Value).type);
    case 'compare':
      return compare(literal.operator, value(literal.left), value(literal.right));
    case 'not': {
      const inner = { context: scope.context, model: scope.judged, judged: scope.model };
      for (const _ of solve(rule, literal.body, bindings, new Set(), inner)) return false;
      return true;
    }
    case 'call':
      return scope.model.has(literal.predicate, literal.args.map(value));
  }
}

function compare(operator: '!=' | '<' | '<=' | '>' | '>=', left: Value, right: Value): boolean {
  if (operator === '!=') return !same(left, right);
  if (left.type !== 'Integer' || right.type !== 'Integer' || isStranger(left) || isStranger(right)) return false;
  const [a, b] = [BigInt(left.id), BigInt(right.id)];
  return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
}

/** Variables of a test that occur outside it: for `not`, the others are existential inside. */
function outerVariables(
  rule: Rule,
  test: Literal,
  all: readonly Literal[],
  wanted: ReadonlySet<number>,
): ReadonlySet<number> {
  const own = literalVariables(test);
  if (test.kind !== 'not') return own;
  const outside = new Set([...wanted, ...variablesOf(rule.params)]);
  for (const literal of all) if (literal !== test) for (const index of literalVariables(literal)) outside.add(index);
  return new Set([...own].filter((index) => outside.has(index)));
}

function literalVariables(literal: Literal): ReadonlySet<number> {
  switch (literal.kind) {
    case 'call':
      return variablesOf(literal.args);
    case 'equal':
    case 'compare':
      return variablesOf([literal.left, literal.right]);
    case 'in':
      return variablesOf([literal.item, ...literal.list]);
    case 'not':
      return new Set(literal.body.flatMap((inner) => [...literalVariables(inner)]));
    case 'matches':
      return new Set([literal.variable]);
  }
}

function variablesOf(terms: readonly Term[]): ReadonlySet<number> {
  return new Set(terms.flatMap((term) => (term.kind === 'variable' ? [term.index] : [])));
}

function valueOfTerm(term: Term, bindings: Bindings, context: Context): Value | undefined {
  switch (term.kind) {
    case 'value':
      return term.value;
    case 'variable':
      return bindings[term.index];
    case 'now':
      return { type: 'Integer', id: context.unixTime.toString() };
  }
}

function allows(types: TypeSet | undefined, type: string): boolean {
  return types === undefined || types.kind === 'any' || types.types.has(type);
}

function same(a: Value, b: Value): boolean {
  return a.type === b.type && a.id === b.id;
}

function collectDomain({ program, facts, mentioned, unixTime }: ReferenceInput): readonly Value[] {
  const values = new Map<string, Value>();
  const add = (value: Value) => values.set(JSON.stringify([value.type, value.id]), value);
  const addTerms = (terms: readonly Term[]) => {
    for (const term of terms) if (term.kind === 'value') add(term.value);
  };
  const addLiteral = (literal: Literal): void => {
    if (literal.kind === 'call') addTerms(literal.args);
    else if (literal.kind === 'equal' || literal.kind === 'compare') addTerms([literal.left, literal.right]);
    else if (literal.kind === 'in') addTerms([literal.item, ...literal.list]);
    else if (literal.kind === 'not') literal.body.forEach(addLiteral);
  };
  for (const fact of facts) fact.args.forEach(add);
  mentioned.forEach(add);
  for (const rule of program.rules) {
    addTerms(rule.params);
    rule.body.forEach(addLiteral);
  }
  add({ type: 'Integer', id: unixTime.toString() });
  const types = new Set(['String', 'Integer', 'Boolean', ...program.types.blocks.keys()]);
  for (const value of values.values()) types.add(value.type);
  for (const type of types) {
    add({ type, id: `${STRANGER}1` });
    add({ type, id: `${STRANGER}2` });
  }
  return [...values.values()];
}
