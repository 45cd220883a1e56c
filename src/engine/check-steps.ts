import type { AccessPath } from '../facts/fact-reader.ts';
import { type CheckMachine, type CheckPlan, FAILS, HOLDS, type Operand, REGISTER, type Step, UNKNOWN } from './check-machine.ts';
import type { Way } from './relation-access.ts';

export const failing: Step = () => FAILS;
export const holding: Step = () => HOLDS;
export const unknowing: Step = () => UNKNOWN;

/** The first of several ways to go on that does not fail. Those that cannot tell should come last. */
export function firstOf(steps: readonly Step[]): Step {
  const [first, second, third] = steps;
  if (first === undefined) return failing;
  if (second === undefined) return first;
  if (third === undefined) return (frame) => first(frame) || second(frame);
  return (frame) => {
    for (let at = 0; at < steps.length; at++) {
      const outcome = steps[at]?.(frame) ?? FAILS;
      if (outcome !== FAILS) return outcome;
    }
    return FAILS;
  };
}

export function whenEqual(machine: CheckMachine, left: Operand, right: Operand, next: Step): Step {
  return (frame) => (machine.read(left, frame) === machine.read(right, frame) ? next(frame) : FAILS);
}

export function whenTrue(test: (frame: number) => boolean, next: Step): Step {
  return (frame) => (test(frame) ? next(frame) : FAILS);
}

/** A plan to run, and where its arguments come from. */
export interface PlanCall {
  readonly plan: CheckPlan;
  readonly caller: CheckPlan;
  readonly operands: readonly Operand[];
}

export function whenHolds(machine: CheckMachine, call: PlanCall, next: Step): Step {
  const { plan, caller } = call;
  const pass = passArguments(machine, call);
  return (frame) => {
    const below = frame + caller.size;
    pass(frame, below);
    const outcome = machine.run(plan, below);
    return outcome === HOLDS ? next(frame) : outcome;
  };
}

export function whenFails(machine: CheckMachine, call: PlanCall, next: Step): Step {
  const { plan, caller } = call;
  const pass = passArguments(machine, call);
  return (frame) => {
    const below = frame + caller.size;
    pass(frame, below);
    const outcome = machine.runApart(plan, below);
    if (outcome === HOLDS) return FAILS;
    return outcome === FAILS ? next(frame) : UNKNOWN;
  };
}

function passArguments(machine: CheckMachine, { operands }: PlanCall): (from: number, to: number) => void {
  const { registers } = machine;
  const [a = 0, b = 0] = operands.map((operand) => operand - REGISTER);
  if (operands.length === 2) {
    return (from, to) => {
      registers[to] = registers[from + a] ?? 0;
      registers[to + 1] = registers[from + b] ?? 0;
    };
  }
  return (from, to) => {
    for (let at = 0; at < operands.length; at++) registers[to + at] = machine.read(operands[at] ?? 0, from);
  };
}

/** Rows of a stored relation to go through. */
export interface RowSearch {
  /** Handles from here on are in no row. */
  readonly storedEnd: number;
  /** One operand a column; undefined for columns that the row gives. */
  readonly operands: readonly (Operand | undefined)[];
  /** Where values of the row go: column, register. */
  readonly binds: readonly (readonly [column: number, register: number])[];
  /** Columns whose values must be equal. */
  readonly pairs: readonly (readonly [number, number])[];
}

/** Goes on once for every row that matches. `ways` must not be empty; the one with fewest rows is taken. */
export function forRows(machine: CheckMachine, ways: readonly Way[], search: RowSearch, next: Step): Step {
  if (search.operands.some((operand) => operand !== undefined && operand < REGISTER && operand >= search.storedEnd)) {
    return failing;
  }
  const [only, ...others] = ways.map((way) => makeSearch(machine, way, search, next));
  if (only === undefined) throw new Error('a relation has no way in');
  if (others.length === 0) {
    return (frame) => {
      const at = only.seek(frame);
      return only.follow(frame, at, only.end());
    };
  }
  const all = [only, ...others];
  return (frame) => {
    let best = only;
    let bestAt = 0;
    let bestEnd = Number.POSITIVE_INFINITY;
    for (const candidate of all) {
      const at = candidate.seek(frame);
      const end = candidate.end();
      if (end <= at) return FAILS;
      if (end - at < bestEnd - bestAt) {
        best = candidate;
        bestAt = at;
        bestEnd = end;
      }
    }
    return best.follow(frame, bestAt, bestEnd);
  };
}

interface Search {
  seek(frame: number): number;
  end(): number;
  follow(frame: number, at: number, end: number): ReturnType<Step>;
}

function makeSearch(machine: CheckMachine, { path, seeks, compares }: Way, search: RowSearch, next: Step): Search {
  const filters = makeFilters(machine, path, compares, search);
  return {
    seek: makeSeek(machine, path, seeks, search),
    end: () => path.end,
    follow: makeFollow(machine, path, filters, { binds: search.binds, next }),
  };
}

type Filter = (frame: number, position: number) => boolean;

function makeFilters(
  machine: CheckMachine,
  path: AccessPath,
  compares: readonly number[],
  { operands, pairs }: RowSearch,
): readonly Filter[] {
  return [
    ...compares.map((column): Filter => {
      const operand = operands[column] ?? 0;
      return (frame, position) => path.get(position, column) === machine.read(operand, frame);
    }),
    ...pairs.map(
      ([first, second]): Filter =>
        (_frame, position) =>
          path.get(position, first) === path.get(position, second),
    ),
  ];
}

/** Handles of no row are sought as the position after all rows: none can be there. */
function makeSeek(
  machine: CheckMachine,
  path: AccessPath,
  seeks: readonly number[],
  { operands, storedEnd }: RowSearch,
): (frame: number) => number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = seeks.map((column) => operands[column] ?? 0);
  return (frame) => {
    const first = machine.read(a, frame);
    const second = machine.read(b, frame);
    const third = machine.read(c, frame);
    if (first >= storedEnd || second >= storedEnd || third >= storedEnd) return Number.MAX_SAFE_INTEGER;
    return path.seek(first, second, third, machine.read(d, frame), machine.read(e, frame));
  };
}

function makeFollow(
  machine: CheckMachine,
  path: AccessPath,
  filters: readonly Filter[],
  { binds, next }: { readonly binds: RowSearch['binds']; readonly next: Step },
): Search['follow'] {
  const { registers } = machine;
  if (filters.length === 0 && binds.length === 0) {
    return (frame, at, end) => (at < end ? next(frame) : FAILS);
  }
  const accept = (frame: number, at: number) => {
    for (let index = 0; index < filters.length; index++) if (!filters[index]?.(frame, at)) return false;
    for (let index = 0; index < binds.length; index++) {
      const bind = binds[index];
      if (bind !== undefined) registers[frame + bind[1]] = path.get(at, bind[0]);
    }
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
