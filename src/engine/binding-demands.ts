import type { Literal, Program, Rule, Term } from '../program/program.ts';
import { termsOf } from '../program/terms-of.ts';

/** The positions of a predicate that should have a value before it is called. */
export type BindingDemands = (predicate: string, arity: number) => ReadonlySet<number>;

/**
 * Finds the argument positions whose variable a rule compares or negates without binding it: called with
 * such an argument free, the rule has no finite answer, so callers do everything else first. A least fixpoint,
 * because passing a variable on to such a position is such a use as well.
 */
export function findBindingDemands(program: Program): BindingDemands {
  const demands = new Map<string, Set<number>>();
  const none: ReadonlySet<number> = new Set();
  const of = (predicate: string, arity: number) => demands.get(key(predicate, arity)) ?? none;
  const callers = callersOf(program.rules);
  const queue = new Set(program.rules.filter((rule) => rule.body.length > 0));
  for (const rule of queue) {
    queue.delete(rule);
    if (!addDemands(rule, of, demands)) continue;
    for (const caller of callers.get(key(rule.predicate, rule.params.length)) ?? []) queue.add(caller);
  }
  return of;
}

/** By predicate, the rules whose own demands may grow with it: calls inside `not` demand everything anyway. */
function callersOf(rules: readonly Rule[]): ReadonlyMap<string, ReadonlySet<Rule>> {
  const callers = new Map<string, Set<Rule>>();
  for (const rule of rules) {
    for (const literal of rule.body) {
      if (literal.kind !== 'call') continue;
      const name = key(literal.predicate, literal.args.length);
      const known = callers.get(name) ?? new Set();
      callers.set(name, known.add(rule));
    }
  }
  return callers;
}

function key(predicate: string, arity: number): string {
  return `${arity} ${predicate}`;
}

function addDemands(rule: Rule, of: BindingDemands, demands: Map<string, Set<number>>): boolean {
  const needed = new Set<number>();
  const bound = new Set<number>();
  for (const literal of rule.body) classify(literal, { of, needed, bound });
  if (needed.size === 0) return false;
  const name = key(rule.predicate, rule.params.length);
  const positions = demands.get(name) ?? new Set();
  const before = positions.size;
  for (const [position, param] of rule.params.entries()) {
    if (param.kind === 'variable' && needed.has(param.index) && !bound.has(param.index)) positions.add(position);
  }
  if (positions.size > before) demands.set(name, positions);
  return positions.size > before;
}

interface Uses {
  readonly of: BindingDemands;
  readonly needed: Set<number>;
  readonly bound: Set<number>;
}

function classify(literal: Literal, uses: Uses): void {
  const { needed, bound } = uses;
  switch (literal.kind) {
    case 'call': {
      const positions = uses.of(literal.predicate, literal.args.length);
      for (const [position, term] of literal.args.entries()) add(term, positions.has(position) ? needed : bound);
      return;
    }
    case 'equal':
      if (literal.left.kind !== 'variable') add(literal.right, bound);
      if (literal.right.kind !== 'variable') add(literal.left, bound);
      return;
    case 'in':
      add(literal.item, bound);
      return;
    case 'compare':
      add(literal.left, needed);
      add(literal.right, needed);
      return;
    case 'not':
      for (const inner of literal.body) addAll(inner, needed);
      return;
    case 'matches':
      return;
  }
}

function add(term: Term, indexes: Set<number>): void {
  if (term.kind === 'variable') indexes.add(term.index);
}

function addAll(literal: Literal, indexes: Set<number>): void {
  for (const term of termsOf(literal)) add(term, indexes);
}
