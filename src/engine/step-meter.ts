import { OsoError } from '../errors/oso-error.ts';
import type { Budget } from './engine.ts';

/** Steps between two looks at the clock: rare enough to cost nothing, often enough to stop within a millisecond. */
const STEPS_PER_LOOK = 4096;

/** A choice looks at every literal that is left; so many looks count as one step. */
const LITERALS_PER_STEP = 64;

/** Counts the work of one request against its budget. */
export class StepMeter {
  readonly #budget: Budget;
  #steps = 0;
  #nextLook: number;

  constructor(budget: Budget) {
    this.#budget = budget;
    this.#nextLook = Math.min(STEPS_PER_LOOK, budget.maxSteps);
  }

  /** So many more units of work. Throws EVAL_LIMIT beyond the steps, EVAL_DEADLINE beyond the deadline of the request. */
  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.#nextLook) this.#look();
  }

  /** The same for choosing one of so many literals: nothing in a body as people write them. Throws what `step` throws. */
  choose(literalCount: number): void {
    if (literalCount >= LITERALS_PER_STEP) this.step(Math.floor(literalCount / LITERALS_PER_STEP));
  }

  #look(): void {
    const { maxSteps } = this.#budget;
    if (this.#steps > maxSteps) {
      throw new OsoError('EVAL_LIMIT', `the question needs more than ${maxSteps} steps`, {
        hint: 'ask a narrower question, or raise the limit of steps for one request',
      });
    }
    checkDeadline(this.#budget);
    this.#nextLook = Math.min(this.#nextLook + STEPS_PER_LOOK, maxSteps);
  }
}

/** Throws EVAL_DEADLINE beyond the deadline. */
export function checkDeadline(budget: Budget): void {
  if (budget.monotonicMs() <= budget.deadlineMs) return;
  throw new OsoError('EVAL_DEADLINE', 'the question needs more time than one question may take', {
    hint: 'ask a narrower question, or raise `--question-timeout` of the node',
    cause: { reason: 'deadline' },
  });
}
