import type { Budget, RequestContext } from '../engine/engine.ts';
import type { DataSource, Pinned, Serving } from '../engine/serving.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { Fact } from '../facts/fact.ts';
import type { Clock } from '../util/clock.ts';
import type { HttpLimits } from './limits.ts';
import type { Call } from './route.ts';

/** What routes over data need. */
export interface DataAccess {
  readonly dataSource: DataSource;
  readonly clock: Clock;
  readonly limits: HttpLimits;
}

/** One set of data for one request. */
export interface Drawn {
  readonly serving: Serving;
  /** What the engine must know about the request: its extra facts, the time, and how much it may cost. */
  context(contextFacts: readonly Fact[]): QuestionContext;
}

/** Pins the data, names them in the reply and runs `use`, which must be done with them when it returns. Throws NOT_READY. */
export function drawOnData<Result>(access: DataAccess, call: Call, use: (drawn: Drawn) => Result): Result {
  const pinned = pinData(access, call);
  try {
    const { serving } = pinned;
    return use({ serving, context: (contextFacts) => new LazyContext(access, contextFacts) });
  } finally {
    pinned.release();
  }
}

/** As `drawOnData`, for answers that outlive the call: the caller releases. Throws NOT_READY. */
export function pinData({ dataSource }: DataAccess, call: Call): Pinned {
  const pinned = dataSource.acquire(call.apiKey);
  if (pinned === undefined) throw notReady(dataSource);
  call.drawOn(pinned.serving);
  return pinned;
}

/** Its cause names the reason for machines, which goes into a header of the reply. */
function notReady({ notReadyReason, notReadyCode }: DataSource): OsoError {
  const details = notReadyCode === undefined ? {} : { cause: { reason: notReadyCode } };
  return new OsoError('NOT_READY', `not ready: ${notReadyReason}`, details);
}

/** Few policies know the time, so it is looked up for those that ask. */
export interface QuestionContext extends RequestContext {
  /** Whether the answer may be another one a second later. */
  readonly isTimeAsked: boolean;
}

class LazyContext implements QuestionContext {
  readonly contextFacts: readonly Fact[];
  readonly budget: Budget;
  readonly #clock: Clock;
  #unixTime: bigint | undefined = undefined;

  constructor({ clock, limits }: DataAccess, contextFacts: readonly Fact[]) {
    this.contextFacts = contextFacts;
    this.budget = {
      maxSteps: limits.maxEvaluationSteps,
      deadlineMs: clock.monotonicMs() + limits.maxEvaluationMs,
      monotonicMs: () => clock.monotonicMs(),
    };
    this.#clock = clock;
  }

  get isTimeAsked(): boolean {
    return this.#unixTime !== undefined;
  }

  get unixTime(): bigint {
    this.#unixTime ??= BigInt(Math.floor(this.#clock.nowMs() / 1_000));
    return this.#unixTime;
  }
}
