import { compareStrings } from '../facts/compare-strings.ts';
import type { Value } from '../facts/fact.ts';
import type { Rule, Term } from '../program/program.ts';
import { checkQuerySize, MAX_CONDITIONS } from './check-query-size.ts';
import { unmistakableId } from './collect-ids.ts';
import { compileRule } from './compile-rule.ts';
import type { Predicate } from './compiled-rule.ts';
import type { ConjunctiveQuery, Constraint, QueryRow } from './engine.ts';
import type { RequestState } from './request-state.ts';
import { Solver } from './solver.ts';
import { ANY_TYPE } from './type-sets.ts';

/**
 * Rows that satisfy every call (api reference, 5.1 to 5.4). A variable with `ids` takes only listed ids, also where
 * a wildcard would allow all; null stands for every id of the type. Rows are distinct and sorted by their values,
 * null first, variables in order of first appearance in `calls` and then in `constraints`. Throws what
 * `checkQuerySize` throws, and FACT_INVALID where clients, which show null as `*`, would take the id of an object for one.
 */
export function evaluateQuery(query: ConjunctiveQuery, request: RequestState): readonly QueryRow[] {
  checkQuerySize(query, MAX_CONDITIONS);
  const variables = [...new Set([...query.calls.flatMap((call) => call.variables), ...query.constraints.keys()])];
  const predicate = queryPredicate(query, variables, request);
  const constraints = variables.map((name) => query.constraints.get(name) as Constraint);
  const row = constraints.map(({ type }, number) => request.wildcards.code(request.exactType(type), number, true));
  const { answers } = new Solver(request).solve(predicate, row);
  const rows = Array.from({ length: answers.size }, (_, answer) =>
    constraints.map(({ ids }, variable) => {
      const code = answers.at(answer, variable);
      if (code < 0) return null;
      const value = request.valueOf(code);
      return ids === null ? unmistakableId(value) : value.id;
    }),
  );
  return distinct(rows.sort(compareIds)).map(
    (ids) => new Map(variables.map((name, variable) => [name, ids[variable] ?? null])),
  );
}

/** A predicate of one rule whose head is the row asked for. */
function queryPredicate(query: ConjunctiveQuery, variables: readonly string[], request: RequestState): Predicate {
  const numbers = new Map(variables.map((name, index) => [name, index]));
  const variable = (name: string): Term => ({ kind: 'variable', index: numbers.get(name) as number });
  const rule: Rule = {
    predicate: 'query',
    params: variables.map(variable),
    variables: variables.map((name) => ({ name, types: { kind: 'any' } })),
    span: undefined,
    body: [
      ...query.calls.map(({ predicate, variables: args }) => ({
        kind: 'call' as const,
        predicate,
        args: args.map(variable),
      })),
      ...[...query.constraints].flatMap(([name, { type, ids }]) =>
        ids === null
          ? []
          : {
              kind: 'in' as const,
              item: variable(name),
              list: ids.map((id): Term => ({ kind: 'value', value: { type, id } })),
            },
      ),
    ],
  };
  const names = {
    handleOf: (value: Value) => request.handleOf(value),
    setOf: () => ANY_TYPE,
    predicate: (name: string, arity: number) => request.predicate(name, arity),
  };
  return {
    name: rule.predicate,
    arity: variables.length,
    rules: [compileRule(rule, names)],
    relations: [],
    demands: new Set(),
    meanRows: () => 0,
  };
}

type Ids = readonly (string | null)[];

function compareIds(a: Ids, b: Ids): number {
  for (const [position, left] of a.entries()) {
    const right = b[position] ?? null;
    if (left === right) continue;
    if (left === null || right === null) return left === null ? -1 : 1;
    return compareStrings(left, right);
  }
  return 0;
}

/** Sorted rows without repetition: answers that differ only in repeated wildcards look the same here. */
function distinct(rows: readonly Ids[]): readonly Ids[] {
  return rows.filter((row, position) => {
    const before = rows[position - 1];
    return before === undefined || compareIds(before, row) !== 0;
  });
}
