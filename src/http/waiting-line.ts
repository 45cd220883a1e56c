import type { Clock } from '../util/clock.ts';

/** Up to this cost an answer, sending included, takes little more than turning the client away: that would save nothing. */
const CHEAP_MS = 0.25;
/**
 * No answer counts for more, so a route is expensive only when half of its latest answers were: a single one looks so
 * whenever the system gives the processor to somebody else.
 */
const MOST_COST_MS = 2 * CHEAP_MS;
/** A client that would wait longer is turned away: a late answer is as bad as none, and costs as much as a good one. */
const LONGEST_WAIT_MS = 120;
/** So many may always wait: a handful of clients must not be turned away because a node is cold or a question slow. */
const FEW = 32;
/**
 * Between two slices the event loop reads what has come: probes, cheap questions, and who must be turned away. It takes
 * no more than one new connection each time (libuv since 1.45), so slices are short; but when much comes they grow, so
 * that reading and turning away get a fifth of the time.
 */
const SHORTEST_SLICE_MS = 1;
const LONGEST_SLICE_MS = 50;
const SLICE_SHARE = 4;
/** Connections that wait to be accepted, probes among them, hold up the next slice for so much of the one before. */
const ARRIVALS_SHARE = 8;
/** How many answers the mean cost looks back. */
const COST_MEMORY = 16;
/** How many slices the pace looks back. */
const PACE_MEMORY = 15;

interface Waiting {
  readonly path: string;
  readonly answer: () => void;
  readonly sinceMs: number;
}

/**
 * Evaluation blocks the event loop, so questions wait for it: unseen in sockets, or here, where they can be counted.
 * Cheap questions are answered on the spot. The others wait in line, which is worked off in slices; the line is full when
 * it is longer than moves within the longest wait, or when somebody in it has waited that long already.
 */
export class WaitingLine {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #nextTurn: (run: () => void) => void;
  readonly #waiting: Waiting[] = [];
  /** Mean cost of an answer, by path. */
  readonly #costMs = new Map<string, number>();
  /** Of the latest slices: time between two answers out of the line, whatever else has happened meanwhile. */
  readonly #pacesMs: number[] = new Array(PACE_MEMORY).fill(0);
  /** Their median, so that one slow question among quick ones shuts nobody out. */
  #paceMs = 0;
  /** When the slice before ended, or the line began. */
  #sinceMs = 0;

  /** A connection has come since the latest look: others may wait behind it. */
  #hasArrived = false;
  /** How long they are waited for. */
  #arrivalsEndMs = 0;

  /** `nextTurn` runs a function once the event loop has read what there is to read. */
  constructor(clock: Pick<Clock, 'monotonicMs'>, nextTurn: (run: () => void) => void = setImmediate) {
    this.#clock = clock;
    this.#nextTurn = nextTurn;
  }

  /** Whether a question for this path would have to wait too long. */
  turnsAway(path: string): boolean {
    const [first] = this.#waiting;
    if (first === undefined || this.#waiting.length < FEW || this.#isCheap(path)) return false;
    if (this.#waiting.length * this.#paceMs > LONGEST_WAIT_MS) return true;
    return this.#clock.monotonicMs() - first.sinceMs > LONGEST_WAIT_MS;
  }

  /** Answers at once, or when the turn comes. `answer` must not throw. */
  enter(path: string, answer: () => void): void {
    if (this.#isCheap(path)) {
      this.#run(path, answer);
      return;
    }
    const sinceMs = this.#clock.monotonicMs();
    if (this.#waiting.push({ path, answer, sinceMs }) > 1) return;
    this.#sinceMs = sinceMs;
    this.#nextTurn(() => this.#move());
  }

  /** The event loop has taken a connection. */
  arrived(): void {
    this.#hasArrived = true;
  }

  #isCheap(path: string): boolean {
    return (this.#costMs.get(path) ?? 0) <= CHEAP_MS;
  }

  /** One slice: at least one answer. */
  #move(): void {
    const startMs = this.#clock.monotonicMs();
    const isAwaiting = this.#hasArrived && startMs < this.#arrivalsEndMs;
    this.#hasArrived = false;
    if (isAwaiting) {
      this.#nextTurn(() => this.#move());
      return;
    }
    const wantedMs = SLICE_SHARE * (startMs - this.#sinceMs);
    let nowMs = startMs;
    const endMs = startMs + Math.min(Math.max(wantedMs, SHORTEST_SLICE_MS), LONGEST_SLICE_MS);
    let answered = 0;
    do {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      nowMs = this.#run(next.path, next.answer);
      answered += 1;
    } while (nowMs < endMs);
    this.#learnPace((nowMs - this.#sinceMs) / answered);
    this.#sinceMs = nowMs;
    this.#arrivalsEndMs = nowMs + (nowMs - startMs) / ARRIVALS_SHARE;
    if (this.#waiting.length > 0) this.#nextTurn(() => this.#move());
  }

  #learnPace(paceMs: number): void {
    this.#pacesMs.shift();
    this.#pacesMs.push(paceMs);
    this.#paceMs = [...this.#pacesMs].sort((a, b) => a - b)[PACE_MEMORY >> 1] as number;
  }

  /** When it was done. */
  #run(path: string, answer: () => void): number {
    const startedMs = this.#clock.monotonicMs();
    answer();
    const nowMs = this.#clock.monotonicMs();
    const meanMs = this.#costMs.get(path) ?? 0;
    const costMs = Math.min(nowMs - startedMs, MOST_COST_MS);
    this.#costMs.set(path, meanMs + (costMs - meanMs) / COST_MEMORY);
    return nowMs;
  }
}
