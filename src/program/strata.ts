import type { Diagnostic } from '../errors/diagnostic.ts';
import { printPlace } from '../source/frame.ts';
import type { Span } from '../source/source.ts';
import type { DraftRule } from './expanded-rule.ts';
import { type GoalEdge, GoalGraph } from './goal-graph.ts';
import { printHead } from './print-program.ts';
import type { TypedRule } from './static-types.ts';
import { stronglyConnected } from './strongly-connected.ts';
import type { TypeTable } from './type-table.ts';

/**
 * That no goal depends on its own negation (polar reference, 5.20). Goals are told apart by predicate, arity, literals and
 * types, since nearly every rule of a policy is about the same few predicates. One POLAR_NEGATION error for each group of
 * goals that depend on each other through a `not`, naming the rules of a shortest cycle.
 */
export function checkStrata(rules: readonly TypedRule[], table: TypeTable): readonly Diagnostic[] {
  if (!rules.some(({ calls }) => calls.some(({ negated }) => negated))) return [];
  const graph = new GoalGraph(rules);
  const component = stronglyConnected(graph.negatedGoals(), (goal) => graph.edges(goal).map(({ to }) => to));
  const worst = new Map<number, GoalEdge>();
  for (const [goal, number] of component) {
    if (worst.has(number)) continue;
    const edge = graph.edges(goal).find(({ to, call }) => call.negated && component.get(to) === number);
    if (edge) worst.set(number, edge);
  }
  const seen = new Set<TypedRule>();
  return [...worst].flatMap(([number, edge]) => {
    const owner = rules[edge.rule] as TypedRule;
    if (seen.has(owner)) return [];
    seen.add(owner);
    const inside = (goal: number) => graph.edges(goal).filter(({ to }) => component.get(to) === number);
    const cycle = shortestPath(edge.to, edge.from, inside).map(({ rule }) => rules[rule] as TypedRule);
    return [describeCycle(owner, [...cycle, owner], { edge, table })];
  });
}

/** The edges from one goal to another of the same component. */
function shortestPath(from: number, to: number, edgesOf: (goal: number) => readonly GoalEdge[]): readonly GoalEdge[] {
  const cameBy = new Map<number, GoalEdge | undefined>([[from, undefined]]);
  for (const [goal] of cameBy) {
    if (goal === to) break;
    for (const edge of edgesOf(goal)) if (!cameBy.has(edge.to)) cameBy.set(edge.to, edge);
  }
  const path: GoalEdge[] = [];
  for (let edge = cameBy.get(to); edge; edge = cameBy.get(edge.from)) path.push(edge);
  return path.reverse();
}

function describeCycle(
  owner: TypedRule,
  cycle: readonly TypedRule[],
  { edge: { call }, table }: { readonly edge: GoalEdge; readonly table: TypeTable },
): Diagnostic {
  const places = cycle.map(({ rule }) => placeOf(rule)).join(', which needs ');
  return {
    severity: 'error',
    code: 'POLAR_NEGATION',
    message: `\`${printHead(owner.rule, table)}\` depends on its own negation: ${placeOf(owner.rule)} needs \`not ${call.predicate}(…)\` of ${places}`,
    // The default `allow`, which has no place, negates nothing.
    span: call.span as Span,
    hint: 'negate something that the rule itself does not decide, such as a fact',
  };
}

function placeOf({ span }: DraftRule): string {
  return span ? printPlace(span) : 'the default `allow` rule';
}
