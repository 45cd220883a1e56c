import type { AccessPath } from '../facts/fact-reader.ts';
import type { Catalog } from './catalog.ts';
import { type CheckMachine, FAILS, HOLDS, type Operand, type Outcome, type Step, UNKNOWN } from './check-machine.ts';
import type { RowPattern } from './check-node.ts';
import { firstOf } from './check-steps.ts';
import type { Way, Ways } from './relation-access.ts';

/** Most rows that one look goes through; with more, a look for each value costs less. Arbitrary, about two cache lines. */
const MAX_LOOK_ROWS = 24;

interface RowTools {
  readonly machine: CheckMachine;
  readonly catalog: Catalog;
}

/** Goes on once for every row that matches, found the way that leaves fewest rows. */
export function forRows(tools: RowTools, rows: RowPattern, next: Step): Step {
  const [way, ...others] = waysFor(rows);
  const only = makeSearch(tools, way, { rows, next });
  if (others.length === 0) {
    return (frame) => {
      const at = only.seek(frame);
      return only.follow(frame, at, only.path.end);
    };
  }
  const searches = [only, ...others.map((other) => makeSearch(tools, other, { rows, next }))];
  return (frame) => {
    let best = only;
    let bestAt = 0;
    let bestEnd = Number.POSITIVE_INFINITY;
    for (const search of searches) {
      const at = search.seek(frame);
      const { end } = search.path;
      if (end <= at) return FAILS;
      if (end - at < bestEnd - bestAt) {
        best = search;
        bestAt = at;
        bestEnd = end;
      }
    }
    return best.follow(frame, bestAt, bestEnd);
  };
}

/** Holds when a row has one of the values in the column that `rows` leaves open. */
export function someRow(
  { machine, catalog }: RowTools,
  { rows, column, values }: { readonly rows: RowPattern; readonly column: number; readonly values: readonly number[] },
): Step {
  const each = values.map((value) =>
    forRows({ machine, catalog }, { ...rows, operands: rows.operands.with(column, value) }, () => HOLDS),
  );
  const oneByOne = firstOf(each);
  const [way, ...others] = waysFor(rows);
  if (others.length > 0 || way.compares.length > 0) return oneByOne;
  const { path } = way;
  const seek = makeSeek(machine, way, { operands: rows.operands, storedEnd: catalog.storedEnd });
  return (frame) => {
    const from = seek(frame);
    const { end } = path;
    if (end - from > MAX_LOOK_ROWS) return oneByOne(frame);
    for (let at = from; at < end; at++) if (values.includes(path.get(at, column))) return HOLDS;
    return FAILS;
  };
}

function waysFor({ relation, operands }: RowPattern): Ways {
  let bound = 0;
  for (const [column, operand] of operands.entries()) if (operand !== undefined) bound |= 1 << column;
  return relation.ways(bound);
}

/** One way through the rows: where they begin, and what to do with each. */
interface Search {
  readonly path: AccessPath;
  seek(frame: number): number;
  follow(frame: number, at: number, end: number): Outcome;
}

interface Purpose {
  readonly rows: RowPattern;
  readonly next: Step;
}

function makeSearch({ machine, catalog }: RowTools, way: Way, purpose: Purpose): Search {
  const { path } = way;
  const seek = makeSeek(machine, way, { operands: purpose.rows.operands, storedEnd: catalog.storedEnd });
  return { path, seek, follow: makeFollow(machine, way, purpose) };
}

/** Handles that no row has are sought as a position after all rows. */
function makeSeek(
  machine: CheckMachine,
  { path, seeks }: Way,
  { operands, storedEnd }: { readonly operands: readonly (Operand | undefined)[]; readonly storedEnd: number },
): (frame: number) => number {
  // Nothing is sought. Where facts have no arguments at all, not even handle 0 is stored.
  if (seeks.length === 0) return () => path.seek(0, 0, 0, 0, 0);
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = seeks.map((column) => operands[column] as Operand);
  return (frame) => {
    const first = machine.read(a, frame);
    const second = machine.read(b, frame);
    const third = machine.read(c, frame);
    const fourth = machine.read(d, frame);
    const fifth = machine.read(e, frame);
    const isStored =
      first < storedEnd && second < storedEnd && third < storedEnd && fourth < storedEnd && fifth < storedEnd;
    return isStored ? path.seek(first, second, third, fourth, fifth) : Number.MAX_SAFE_INTEGER;
  };
}

function makeFollow(machine: CheckMachine, way: Way, { rows, next }: Purpose): Search['follow'] {
  const { path } = way;
  const { registers } = machine;
  const { binds } = rows;
  const filters = makeFilters(machine, way, rows);
  if (filters.length === 0 && binds.length === 0) return (frame, at, end) => (at < end ? next(frame) : FAILS);
  const accept = (frame: number, at: number) => {
    for (const filter of filters) if (!filter(frame, at)) return false;
    for (const [column, register] of binds) registers[frame + register] = path.get(at, column);
    return true;
  };
  return (frame, from, end) => {
    for (let at = from; at < end; at++) {
      if (!machine.step()) return UNKNOWN;
      if (!accept(frame, at)) continue;
      const outcome = next(frame);
      if (outcome !== FAILS) return outcome;
    }
    return FAILS;
  };
}

type Filter = (frame: number, position: number) => boolean;

function makeFilters(
  machine: CheckMachine,
  { path, compares }: Way,
  { operands, pairs }: RowPattern,
): readonly Filter[] {
  const fixed = compares.map((column): Filter => {
    const operand = operands[column] as Operand;
    return (frame, position) => path.get(position, column) === machine.read(operand, frame);
  });
  const repeated = pairs.map(
    ([first, second]): Filter =>
      (_frame, position) =>
        path.get(position, first) === path.get(position, second),
  );
  return [...fixed, ...repeated];
}
