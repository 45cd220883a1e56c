import type { Drained } from '../http/drain.ts';
import type { Hired } from './hire.ts';

/** Looks without a tick of the worker between them: longer than the longest question may take, by far. */
const LOOKS_UNTIL_HUNG = 60;
/** A worker that lived for so many looks did not die of its start. */
const LOOKS_UNTIL_SETTLED = 60;
/** Between two deaths soon after a start; it doubles with each. */
const BACKOFF_BASE_MS = 1_000;
const BACKOFF_CAP_MS = 30_000;

/** The place of one worker, whoever has it. */
export class Seat {
  /** Of the thread; the first one is 1. */
  readonly number: number;
  /** Editions that it is ready for. */
  readonly prepared = new Set<number>();
  wasToldToListen = false;
  #hired: Hired | undefined;
  #wasTried = false;
  #isListening = false;
  #quickDeaths = 0;
  #looks = 0;
  #ticks = 0;
  #silentLooks = 0;
  /** Since it was told to listen, and does not yet. */
  #deafLooks = 0;
  #onDrained: ((outcome: Drained) => void)[] = [];
  #outcome: Drained = 'clean';

  constructor(number: number) {
    this.number = number;
  }

  get hired(): Hired | undefined {
    return this.#hired;
  }

  /** Whether there was ever an attempt to give it to somebody. */
  get wasTried(): boolean {
    return this.#wasTried;
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  markTried(): void {
    this.#wasTried = true;
  }

  /** Somebody new, who has not ticked since `ticks`. */
  take(hired: Hired, ticks: number): void {
    this.#hired = hired;
    this.#ticks = ticks;
    this.#looks = 0;
    this.#silentLooks = 0;
    this.#deafLooks = 0;
  }

  markListening(): void {
    this.#isListening = true;
  }

  /** Its worker has ended. Returns the milliseconds to wait before it is given to somebody else. */
  vacate(): number {
    this.#hired = undefined;
    this.#isListening = false;
    this.wasToldToListen = false;
    this.prepared.clear();
    this.#quickDeaths = this.#looks >= LOOKS_UNTIL_SETTLED ? 1 : this.#quickDeaths + 1;
    for (const tell of this.#onDrained) tell(this.#outcome);
    return this.#quickDeaths === 1 ? 0 : Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (this.#quickDeaths - 2));
  }

  /** Counts one look. True when for many looks its event loop has not turned, or it was to listen and did not. */
  hangs(ticks: number): boolean {
    if (this.#hired === undefined) return false;
    this.#looks += 1;
    this.#silentLooks = ticks === this.#ticks ? this.#silentLooks + 1 : 0;
    this.#ticks = ticks;
    this.#deafLooks = this.wasToldToListen && !this.#isListening ? this.#deafLooks + 1 : 0;
    return Math.max(this.#silentLooks, this.#deafLooks) >= LOOKS_UNTIL_HUNG;
  }

  /** How its worker drained, for `drained`. */
  keepOutcome(outcome: Drained): void {
    this.#outcome = outcome;
  }

  /** Resolves when nobody has the seat any more. */
  drained(): Promise<Drained> {
    if (this.#hired === undefined) return Promise.resolve('clean');
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }
}
