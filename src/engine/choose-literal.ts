import { type CompiledLiteral, NOW, type TermCode } from './compiled-rule.ts';
import { type Environment, follow } from './environment.ts';

/*
 * Order within a body (polar reference, 6.2): type tests, equalities and booleans; comparisons whose sides are known;
 * `in` of what is known, and of short lists; calls and long lists, cheapest first; comparisons that will not become known; `not` last.
 */
const TEST = -2;
const IN = -1;
/** A list up to this long is gone through first; a longer one only where no call promises fewer values. */
const SHORT_LIST = 1_000;
/** Above every estimate of a call. */
const UNRESOLVED_COMPARISON = 1e15;
const NEGATION = 2e15;

/** Added to calls that should wait for another literal to bind an argument. */
const DEMAND_UNMET = 1e12;
/** A derived call with nothing known would compute everything. */
const NOTHING_KNOWN = 1e6;
/** A derived call that knows no more than names from the policy is not much better. */
const ONLY_NAMES_KNOWN = 1e4;
/** Answers to expect of a derived call for each free argument; arbitrary, between a small and a large fan-out. */
const DERIVED_ANSWERS = 16;

/** The position of the literal to do next. There must be one. */
export function chooseLiteral(literals: readonly CompiledLiteral[], environment: Environment): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let position = 0; position < literals.length; position++) {
    const cost = costOf(literals[position] as CompiledLiteral, environment);
    if (cost === TEST) return position;
    if (cost < least) {
      least = cost;
      best = position;
    }
  }
  return best;
}

function costOf(literal: CompiledLiteral, environment: Environment): number {
  switch (literal.kind) {
    case 'matches':
    case 'equal':
      return TEST;
    case 'compare':
      return isKnown(literal.left, environment) && isKnown(literal.right, environment) ? TEST : UNRESOLVED_COMPARISON;
    case 'in':
      if (literal.members !== undefined && isKnown(literal.item, environment)) return TEST;
      return literal.list.length <= SHORT_LIST ? IN : literal.list.length;
    case 'call':
      return costOfCall(literal, environment);
    case 'not':
      return NEGATION;
  }
}

/** Rows to expect, roughly. */
function costOfCall(call: Extract<CompiledLiteral, { kind: 'call' }>, environment: Environment): number {
  const { predicate, args } = call;
  const isDerived = predicate.rules.length > 0;
  let bound = 0;
  let free = 0;
  let cost = 0;
  for (let position = 0; position < args.length; position++) {
    if (isKnown(args[position] as TermCode, environment)) bound |= bit(position);
    else {
      free++;
      if (predicate.demands.has(position)) cost = DEMAND_UNMET;
    }
  }
  if (free === 0) return isDerived ? 1 : 0;
  cost += predicate.meanRows(bound);
  return isDerived ? cost + free * DERIVED_ANSWERS + costOfIgnorance(args, bound) : cost;
}

function costOfIgnorance(args: readonly TermCode[], bound: number): number {
  if (bound === 0) return NOTHING_KNOWN;
  return args.some((term, position) => term < 0 && bound & bit(position)) ? 0 : ONLY_NAMES_KNOWN;
}

/** Arguments beyond what fits an integer count as free. */
function bit(position: number): number {
  return position < 30 ? 1 << position : 0;
}

function isKnown(term: TermCode, environment: Environment): boolean {
  return term >= 0 || term === NOW || follow(environment, term) >= 0;
}
