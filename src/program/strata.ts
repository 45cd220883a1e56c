import type { Diagnostic } from '../errors/diagnostic.ts';
import { printPlace } from '../source/frame.ts';
import type { Span } from '../source/source.ts';
import { createHeadIndex } from './head-index.ts';
import { printHead } from './print-program.ts';
import type { Rule } from './program.ts';
import type { TypedCall, TypedRule } from './static-types.ts';
import { stronglyConnected } from './strongly-connected.ts';
import { type AtomPattern, atomPattern, knownValues } from './term-pattern.ts';
import type { TypeTable } from './type-table.ts';

/**
 * That no rule depends on its own negation (polar reference, 5.20). A rule depends on the rules whose heads its calls can
 * meet: by predicate, arity, literals and types, since nearly every rule of a policy is about the same few predicates.
 * One POLAR_NEGATION error for each group of rules that depend on each other through a `not`.
 */
export function checkStrata(rules: readonly TypedRule[], table: TypeTable): readonly Diagnostic[] {
  if (!rules.some(({ calls }) => calls.some(({ negated }) => negated))) return [];
  const graph = buildGraph(rules);
  const starts = graph.negations.map(({ pattern }) => pattern);
  const component = stronglyConnected(starts, graph.neighbours);
  const diagnostics: Diagnostic[] = [];
  const reported = new Set<number>();
  for (const { rule, pattern, call } of graph.negations) {
    const number = component.get(pattern);
    if (number === undefined || number !== component.get(rule) || reported.has(number)) continue;
    reported.add(number);
    const path = shortestPath(pattern, rule, (node) =>
      graph.neighbours(node).filter((next) => component.get(next) === number),
    );
    const cycle = path.flatMap((node) => rules[node] ?? []);
    const owner = rules[rule];
    if (owner && call.span) diagnostics.push(describeCycle(owner, call, { cycle, table, span: call.span }));
  }
  return diagnostics;
}

/** Nodes are rules, by number, and after them the distinct patterns of their calls. */
interface Graph {
  neighbours(node: number): readonly number[];
  readonly negations: readonly { readonly rule: number; readonly pattern: number; readonly call: TypedCall }[];
}

function buildGraph(rules: readonly TypedRule[]): Graph {
  const heads: AtomPattern[] = [];
  const patterns: AtomPattern[] = [];
  const nodeByKey = new Map<string, number>();
  const callsOf: number[][] = [];
  const negations: { rule: number; pattern: number; call: TypedCall }[] = [];
  const nodeOf = (pattern: AtomPattern) => {
    const node = nodeByKey.get(pattern.key) ?? rules.length + patterns.length;
    if (!nodeByKey.has(pattern.key)) patterns.push(pattern);
    nodeByKey.set(pattern.key, node);
    return node;
  };
  for (const [number, rule] of rules.entries()) {
    const known = knownValues(rule);
    heads.push(atomPattern({ predicate: rule.rule.predicate, args: rule.rule.params }, rule.types, known));
    const calls = new Set<number>();
    for (const call of rule.calls) {
      const pattern = nodeOf(atomPattern(call, call.types, known));
      calls.add(pattern);
      if (call.negated) negations.push({ rule: number, pattern, call });
    }
    callsOf.push([...calls]);
  }
  const index = createHeadIndex(heads);
  const met = new Map<number, readonly number[]>();
  const headsMetBy = (node: number): readonly number[] => {
    const pattern = patterns[node - rules.length];
    const found = met.get(node) ?? (pattern ? index.matching(pattern) : []);
    met.set(node, found);
    return found;
  };
  return { neighbours: (node) => callsOf[node] ?? headsMetBy(node), negations };
}

/** From the first node to the last, both included; both are in one component, so there is one. */
function shortestPath(from: number, to: number, neighbours: (node: number) => readonly number[]): readonly number[] {
  const cameFrom = new Map<number, number | undefined>([[from, undefined]]);
  for (const [node] of cameFrom) {
    if (node === to) break;
    for (const next of neighbours(node)) if (!cameFrom.has(next)) cameFrom.set(next, node);
  }
  const path: number[] = [];
  for (let node: number | undefined = to; node !== undefined; node = cameFrom.get(node)) path.push(node);
  return path.reverse();
}

function describeCycle(
  owner: TypedRule,
  call: TypedCall,
  { cycle, table, span }: { readonly cycle: readonly TypedRule[]; readonly table: TypeTable; readonly span: Span },
): Diagnostic {
  const places = [owner, ...cycle].map(({ rule }) => placeOf(rule));
  const [first, ...others] = places;
  return {
    severity: 'error',
    code: 'POLAR_NEGATION',
    message: `\`${printHead(owner.rule, table)}\` depends on its own negation: ${first} needs \`not ${call.predicate}(…)\` of ${others.join(', which needs ')}`,
    span,
    hint: 'negate something that the rule itself does not decide, such as a fact',
  };
}

function placeOf({ span }: Rule): string {
  return span ? printPlace(span) : 'the default `allow` rule';
}
