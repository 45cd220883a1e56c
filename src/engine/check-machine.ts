import type { RequestContext } from './engine.ts';

/** The goal does not hold. */
export const FAILS = 0;
export const HOLDS = 1;
/** Only the solver can tell. */
export const UNKNOWN = 2;
export type Outcome = typeof FAILS | typeof HOLDS | typeof UNKNOWN;

/** A piece of compiled rule: tries to prove the rest of a body over the registers from `frame` on. */
export type Step = (frame: number) => Outcome;

/**
 * What a step reads: a value's handle, or register r of its frame, written `REGISTER + r`. Handles are below 2^30
 * wherever the checker is used.
 */
export type Operand = number;
export const REGISTER = 2 ** 30;

/** Registers of all frames on the path of one question; a question that needs more goes to the solver. */
const REGISTER_COUNT = 16_384;
/** Most conditions within one another on a path; at two or three frames each the JavaScript stack has room for some 5,000. */
const MAX_DEPTH = 1000;

/**
 * What the compiled steps of one engine work on. One question at a time; nothing is allocated while it runs.
 */
export class CheckMachine {
  readonly registers = new Int32Array(REGISTER_COUNT);
  #request: Pick<RequestContext, 'unixTime'> = { unixTime: 0n };
  #stepsLeft = 0;
  #depth = 0;
  /** Goals of recursive plans on the path from the question, or from the innermost `not`. */
  readonly #pathPlans = new Int32Array(MAX_DEPTH + 1);
  readonly #pathFrames = new Int32Array(MAX_DEPTH + 1);
  #pathStart = 0;
  #pathEnd = 0;

  begin(maxSteps: number, request: Pick<RequestContext, 'unixTime'>): void {
    this.#stepsLeft = maxSteps;
    this.#depth = 0;
    this.#pathStart = 0;
    this.#pathEnd = 0;
    this.#request = request;
  }

  /** Value of `@current_unix_time`. */
  get now(): bigint {
    return this.#request.unixTime;
  }

  /** Counts a unit of work. False: out of steps, give up. */
  step(): boolean {
    return --this.#stepsLeft >= 0;
  }

  read(operand: Operand, frame: number): number {
    return operand >= REGISTER ? (this.registers[frame + operand - REGISTER] as number) : operand;
  }

  /** Runs a plan whose arguments are in place from `frame` on. */
  run(plan: CheckPlan, frame: number): Outcome {
    const { depth } = plan;
    if (--this.#stepsLeft < 0 || this.#depth + depth > MAX_DEPTH || frame + plan.size > REGISTER_COUNT) return UNKNOWN;
    this.#depth += depth;
    const outcome = plan.isRecursive ? this.#runOnPath(plan, frame) : plan.body(frame);
    this.#depth -= depth;
    return outcome;
  }

  /** Runs a plan under `not`: goals outside are no part of a proof inside. */
  runApart(plan: CheckPlan, frame: number): Outcome {
    const start = this.#pathStart;
    this.#pathStart = this.#pathEnd;
    const outcome = this.run(plan, frame);
    this.#pathStart = start;
    return outcome;
  }

  /** A smallest proof repeats no goal on a path, so a repeated one fails. */
  #runOnPath(plan: CheckPlan, frame: number): Outcome {
    for (let at = this.#pathStart; at < this.#pathEnd; at++) {
      if (
        this.#pathPlans[at] === plan.number &&
        this.#sameArguments(plan.arity, this.#pathFrames[at] as number, frame)
      ) {
        return FAILS;
      }
    }
    this.#pathPlans[this.#pathEnd] = plan.number;
    this.#pathFrames[this.#pathEnd] = frame;
    this.#pathEnd++;
    const outcome = plan.body(frame);
    this.#pathEnd--;
    return outcome;
  }

  #sameArguments(arity: number, a: number, b: number): boolean {
    for (let register = 0; register < arity; register++) {
      if (this.registers[a + register] !== this.registers[b + register]) return false;
    }
    return true;
  }
}

/** A goal whose arguments are policy values, compiled in, or registers of known types. */
export interface CheckPlan {
  readonly number: number;
  /** Arguments that lie in registers, from 0 on. */
  readonly arity: number;
  /** Registers of its frame. */
  size: number;
  /** Most conditions within one another, at least 1. */
  depth: number;
  /** Whether its goals can come up again below themselves. */
  isRecursive: boolean;
  body: Step;
}
