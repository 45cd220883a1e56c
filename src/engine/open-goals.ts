import type { Rule, TypeSet } from '../program/program.ts';
import type { Catalog } from './catalog.ts';
import type { Predicate } from './compiled-rule.ts';
import type { RequestContext } from './engine.ts';
import type { Goals, GoalTerm } from './goals.ts';
import { RequestState } from './request-state.ts';
import { Solver } from './solver.ts';
import type { Table } from './table.ts';
import { ANY_TYPE } from './type-sets.ts';

export function openGoals(catalog: Catalog, context: RequestContext): Goals {
  const request = new RequestState(catalog, context);
  const all = new Solver(request);
  const restricted = new Map<ReadonlySet<Rule>, Solver>();
  const read = new Map<Table, readonly (readonly GoalTerm[])[]>();
  const factsOnly = new Map<Predicate, Predicate>();
  const without = (leftOut: ReadonlySet<Rule> | undefined): Solver => {
    if (leftOut === undefined || leftOut.size === 0) return all;
    const solver = restricted.get(leftOut) ?? new Solver(request, { leftOut });
    restricted.set(leftOut, solver);
    return solver;
  };
  const solve = (solver: Solver, predicate: Predicate, goal: readonly GoalTerm[]) => {
    const row = goal.map((term) =>
      term.kind === 'value'
        ? request.handleOf(term.value)
        : request.wildcards.code(request.setOf(term.types), term.number, true),
    );
    const table = solver.solve(predicate, row);
    const known = read.get(table);
    if (known !== undefined) return known;
    const answers = Array.from({ length: table.answers.size }, (_, answer) =>
      goal.map((term, position) => {
        const arg = table.goal.args[position] as number;
        return term.kind === 'value' ? term : goalTerm(table.answers.at(answer, -1 - arg), request);
      }),
    );
    read.set(table, answers);
    return answers;
  };
  return {
    now: request.valueOf(request.now),
    answers: (name, goal, leftOut) => solve(without(leftOut), request.predicate(name, goal.length), goal),
    facts(name, goal) {
      const predicate = request.predicate(name, goal.length);
      let only = factsOnly.get(predicate);
      if (only === undefined) {
        only = withoutRules(predicate);
        factsOnly.set(predicate, only);
      }
      return solve(all, only, goal);
    },
    demands: (name, arity) => request.predicate(name, arity).demands,
    step: () => request.meter.step(),
    choose: (literalCount) => request.meter.choose(literalCount),
  };
}

function withoutRules(predicate: Predicate): Predicate {
  const { name, arity, relations } = predicate;
  return { name, arity, relations, rules: [], facts: predicate, demands: new Set(), meanRows: () => 0 };
}

function goalTerm(code: number, request: RequestState): GoalTerm {
  if (code >= 0) return { kind: 'value', value: request.valueOf(code) };
  const set = request.wildcards.typesOf(code);
  const types: TypeSet =
    set === ANY_TYPE
      ? { kind: 'any' }
      : {
          kind: 'some',
          types: new Set(request.catalog.types.members(set).map((type) => request.typeName(type))),
        };
  return { kind: 'free', number: request.wildcards.numberOf(code), types };
}
