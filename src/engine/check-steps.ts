import {
  type CheckMachine,
  type CheckPlan,
  FAILS,
  HOLDS,
  type Operand,
  REGISTER,
  type Step,
  UNKNOWN,
} from './check-machine.ts';

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
      const outcome = (steps[at] as Step)(frame);
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
      registers[to] = registers[from + a] as number;
      registers[to + 1] = registers[from + b] as number;
    };
  }
  return (from, to) => {
    for (let at = 0; at < operands.length; at++) registers[to + at] = machine.read(operands[at] as Operand, from);
  };
}
