import { compareStrings } from '../facts/compare-strings.ts';
import type { FactPattern, ValuePattern } from './engine.ts';
import type { RequestState } from './request-state.ts';
import { Solver } from './solver.ts';
import type { Table } from './table.ts';
import { ANY_TYPE } from './type-sets.ts';

/**
 * Facts and derived facts that match a pattern (api reference, 4.6), distinct. A wildcard answer over several types is one
 * row for each type.
 */
export function query({ predicate, args }: FactPattern, request: RequestState): readonly FactPattern[] {
  let free = 0;
  const row = args.map(({ type, id }) => {
    if (type !== null && id !== null) return request.handleOf({ type, id });
    return request.wildcards.code(type === null ? ANY_TYPE : request.exactType(type), free++, true);
  });
  const table = new Solver(request).solve(request.predicate(predicate, args.length), row);
  const rows = Array.from({ length: table.answers.size }, (_, answer) => patternsOf(table, answer, request));
  const sorted = rows.flat().sort(compareArgs);
  const distinct = sorted.filter((found, at) => at === 0 || compareArgs(sorted[at - 1] as typeof found, found) !== 0);
  return distinct.map((found) => ({ predicate, args: found }));
}

function patternsOf(table: Table, answer: number, request: RequestState): readonly (readonly ValuePattern[])[] {
  const { goal, answers } = table;
  const codes = goal.args.map((arg) => (arg >= 0 ? arg : answers.at(answer, -1 - arg)));
  let rows: readonly (readonly ValuePattern[])[] = [[]];
  for (const [position, code] of codes.entries()) {
    const first = codes.indexOf(code);
    rows = rows.flatMap((row) => {
      const repeated = code < 0 && first < position ? row[first] : undefined;
      const found = repeated ? [repeated] : choices(code, request);
      request.meter.step(found.length - 1);
      return found.map((choice) => [...row, choice]);
    });
  }
  return rows;
}

function choices(code: number, request: RequestState): readonly ValuePattern[] {
  if (code >= 0) return [request.valueOf(code)];
  const types = request.wildcards.typesOf(code);
  if (types === ANY_TYPE) return [{ type: null, id: null }];
  return request.catalog.types.members(types).map((type) => ({ type: request.typeName(type), id: null }));
}

/** By argument: type, then id; what is free comes first. */
function compareArgs(a: readonly ValuePattern[], b: readonly ValuePattern[]): number {
  for (const [position, left] of a.entries()) {
    const right = b[position] as ValuePattern;
    const order = compareNullable(left.type, right.type) || compareNullable(left.id, right.id);
    if (order !== 0) return order;
  }
  return 0;
}

function compareNullable(a: string | null, b: string | null): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return compareStrings(a, b);
}
