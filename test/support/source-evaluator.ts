import type { Fact, Value } from '../../src/facts/fact.ts';
import { alternatingFixpoint, type Interpretation, isStranger, Looks } from './least-model.ts';
import type { Conforms, Formula, SourceProgram, SourceRule, SourceTerm } from './source-formula.ts';

/*
 * The least model of a policy as it is written: what `referenceModel` says of the rules that the text was made into must
 * be the same. Variables have names here, types are asked one value at a time, and nothing is simplified.
 */

export interface SourceInput {
  readonly program: SourceProgram;
  readonly facts: readonly Fact[];
  /** All values there are, strangers included. */
  readonly domain: readonly Value[];
  readonly unixTime: bigint;
  readonly maxLooks?: number;
}

/** Throws TooManyLooks. */
export function sourceModel({ program, facts, domain, unixTime, maxLooks }: SourceInput): Interpretation {
  const now: Value = { type: 'Integer', id: unixTime.toString() };
  const context = { domain, now, conforms: program.conforms, looks: new Looks(maxLooks) };
  return alternatingFixpoint(facts, (model, judged) => {
    for (const rule of program.rules) applyRule(rule, { ...context, model, judged });
  });
}

interface Scope {
  readonly domain: readonly Value[];
  readonly now: Value;
  readonly conforms: Conforms;
  readonly looks: Looks;
  /** Where positive calls look, and where those under `not` do. */
  readonly model: Interpretation;
  readonly judged: Interpretation;
}

type Bindings = ReadonlyMap<string, Value>;
type TypeFormula = Extract<Formula, { kind: 'type' }>;

/** What must be true of the types of names that have no value yet. */
type Limits = readonly TypeFormula[];

function applyRule({ predicate, params, typed, body }: SourceRule, scope: Scope): void {
  for (const conjunction of alternatives({ kind: 'and', parts: [...typed, body] })) {
    const own = new Set(namesIn(params));
    for (const found of [...solve(conjunction, { bindings: new Map(), limits: [], own }, scope)]) {
      scope.model.add(
        predicate,
        params.map((param) => valueOfTerm(param, found, scope) as Value),
      );
    }
  }
}

/** The ways to choose one side of each `or` that stands under no `not`. */
function alternatives(formula: Formula): readonly (readonly Formula[])[] {
  if (formula.kind === 'or') return formula.parts.flatMap(alternatives);
  if (formula.kind !== 'and') return [[formula]];
  let chosen: readonly (readonly Formula[])[] = [[]];
  for (const part of formula.parts) {
    chosen = chosen.flatMap((before) => alternatives(part).map((choice) => [...before, ...choice]));
  }
  return chosen;
}

interface Place {
  readonly bindings: Bindings;
  readonly limits: Limits;
  /** Names that must get a value here. */
  readonly own: ReadonlySet<string>;
}

function* solve(conjunction: readonly Formula[], place: Place, scope: Scope): Generator<Bindings> {
  const { bindings } = place;
  const atoms = conjunction.filter((part) => part.kind === 'atom');
  const tests = conjunction.filter((part) => part.kind === 'test');
  const types = conjunction.filter((part) => part.kind === 'type');
  const limits = [...place.limits, ...types.filter(({ name }) => !bindings.has(name))];
  for (const limit of types) {
    const known = bindings.get(limit.name);
    const isPossible = known
      ? fits(known.type, limit, scope)
      : scope.domain.some((value) => allows(limit.name, value, limits, scope));
    if (!isPossible) return;
  }
  const needed = new Set([...place.own, ...tests.flatMap(({ left, right }) => namesIn([left, ...right]))]);
  for (const joined of join(atoms, { ...place, limits }, scope)) {
    const open = [...needed].filter((name) => !joined.has(name));
    for (const full of enumerate(open, { ...place, bindings: joined, limits }, scope)) {
      if (!tests.every((test) => holds(test, full, scope))) continue;
      if (conjunction.every((part) => part.kind !== 'not' || !isProvable(part.part, full, limits, scope))) yield full;
    }
  }
}

/** Under `not` the two interpretations change places. */
function isProvable(formula: Formula, bindings: Bindings, limits: Limits, scope: Scope): boolean {
  const inner = { ...scope, model: scope.judged, judged: scope.model };
  for (const conjunction of alternatives(formula)) {
    for (const _ of solve(conjunction, { bindings, limits, own: new Set() }, inner)) return true;
  }
  return false;
}

type Atom = Extract<Formula, { kind: 'atom' }>;

function* join([atom, ...rest]: readonly Atom[], place: Place, scope: Scope): Generator<Bindings> {
  if (atom === undefined) {
    yield place.bindings;
    return;
  }
  for (const row of scope.model.atoms(atom.predicate, atom.args.length)) {
    scope.looks.take();
    const bindings = match(atom, row, place, scope);
    if (bindings !== undefined) yield* join(rest, { ...place, bindings }, scope);
  }
}

function match({ args }: Atom, row: readonly Value[], { bindings, limits }: Place, scope: Scope): Bindings | undefined {
  const extended = new Map(bindings);
  for (const [position, arg] of args.entries()) {
    const value = row[position] as Value;
    const known = valueOfTerm(arg, extended, scope);
    if (known !== undefined) {
      if (!same(known, value)) return undefined;
    } else if (arg !== 'now' && 'name' in arg) {
      if (!allows(arg.name, value, limits, scope)) return undefined;
      extended.set(arg.name, value);
    }
  }
  return extended;
}

function* enumerate([name, ...rest]: readonly string[], place: Place, scope: Scope): Generator<Bindings> {
  if (name === undefined) {
    yield place.bindings;
    return;
  }
  for (const value of scope.domain) {
    scope.looks.take();
    if (!allows(name, value, place.limits, scope)) continue;
    yield* enumerate(rest, { ...place, bindings: new Map(place.bindings).set(name, value) }, scope);
  }
}

function allows(name: string, { type }: Value, limits: Limits, scope: Scope): boolean {
  return limits.every((limit) => limit.name !== name || fits(type, limit, scope));
}

function fits(type: string, { type: wanted, isExact }: TypeFormula, { conforms }: Scope): boolean {
  return isExact ? type === wanted : conforms(type, wanted);
}

function holds(
  { operator, left, right }: Extract<Formula, { kind: 'test' }>,
  bindings: Bindings,
  scope: Scope,
): boolean {
  const value = (term: SourceTerm) => valueOfTerm(term, bindings, scope) as Value;
  const one = value(left);
  if (operator === 'in' || operator === '=') return right.some((term) => same(one, value(term)));
  const [other] = right.map(value);
  if (other === undefined) return false;
  if (operator === '!=') return !same(one, other);
  if ([one, other].some((it) => it.type !== 'Integer' || isStranger(it))) return false;
  const order = BigInt(one.id) - BigInt(other.id);
  if (order === 0n) return operator.endsWith('=');
  return operator.startsWith(order < 0n ? '<' : '>');
}

function valueOfTerm(term: SourceTerm, bindings: Bindings, { now }: Scope): Value | undefined {
  if (term === 'now') return now;
  return 'value' in term ? term.value : bindings.get(term.name);
}

function namesIn(terms: readonly SourceTerm[]): string[] {
  return terms.flatMap((term) => (term !== 'now' && 'name' in term ? [term.name] : []));
}

function same(a: Value, b: Value): boolean {
  return a.type === b.type && a.id === b.id;
}
