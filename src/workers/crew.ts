import { shortageError } from '../errors/shortage.ts';
import { type OpenGeneration, type SharedGeneration, shareGeneration } from '../generations/open-generation.ts';
import type { Drained } from '../http/drain.ts';
import { receiveError, sendError } from '../sync/build-process/job.ts';
import type { Followers, Prepared } from '../sync/followers.ts';
import type { Refusal } from '../sync/serving-slot.ts';
import { assertNever } from '../util/assert-never.ts';
import { BUILD_ID } from '../util/build-id.ts';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import type { Board } from './board.ts';
import type { Hire } from './hire.ts';
import { Pending } from './pending.ts';
import type { Access, FromWorker, Question, Reply, ToWorker, WorkerSettings } from './protocol.ts';
import { Seat } from './seat.ts';

export interface CrewOptions {
  /** Threads besides the first. */
  readonly size: number;
  readonly board: Board;
  readonly hire: Hire;
  readonly settings: WorkerSettings;
  readonly access: Access;
  readonly clock: Clock;
  readonly log: Log;
  /** Descriptor of the listening socket. Asked when there are data to serve. */
  readonly listener: () => number;
  /** Age of what is served; asked now and then, since a machine may have slept. */
  readonly ageMs: () => number | undefined;
  /** What a worker cannot know. May throw. */
  readonly reply: (question: Question) => Promise<Reply>;
  /** A worker died or hung, and is replaced. */
  readonly onRestart: () => void;
}

/** A worker that has not ended so long after its last moment hangs. */
const DRAIN_GRACE_MS = 2_000;

/** How often the first thread looks after the others. */
const LOOK_MS = 1_000;

/**
 * The workers of a node, as its first thread sees them. They are hired one after another when there are data to serve.
 * A generation is served by all of them from one moment on, or by none; one that dies is replaced, and its successor is
 * ready for everything that the others are ready for before it takes connections.
 */
export class Crew implements Followers {
  readonly #options: CrewOptions;
  readonly #seats: readonly Seat[];
  /** What is served, and what may be served soon, by edition. */
  readonly #editions = new Map<number, SharedGeneration>();
  readonly #pending = new Map<number, Pending>();
  readonly #ended = new AbortController();
  #access: Access;
  #lastEdition = 0;
  #isOpen = false;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#access = options.access;
    this.#seats = Array.from({ length: options.size }, (_, at) => new Seat(at + 2));
  }

  /** Workers that take connections. */
  get listening(): number {
    return this.#seats.filter(({ isListening }) => isListening).length;
  }

  /** Requests that they have, as of their latest ticks. */
  get inFlight(): number {
    return this.#seats.reduce((sum, { number }) => sum + this.#options.board.inFlight(number), 0);
  }

  get heldReplyBytes(): number {
    return this.#seats.reduce((sum, { number }) => sum + this.#options.board.heldReplyBytes(number), 0);
  }

  async prepare(opened: OpenGeneration): Promise<Prepared> {
    this.#lastEdition += 1;
    const edition = this.#lastEdition;
    const generation = shareGeneration(opened);
    this.#editions.set(edition, generation);
    const pending = new Pending(this.#seats.filter(({ hired }) => hired !== undefined));
    this.#pending.set(edition, pending);
    this.#tellAll({ kind: 'prepare', edition, generation });
    try {
      await pending.ready(this.#options.clock);
    } catch (error) {
      this.#discard(edition);
      throw error;
    } finally {
      this.#pending.delete(edition);
    }
    return { serve: (ageMs) => this.#serve(edition, ageMs), discard: () => this.#discard(edition) };
  }

  confirm(ageMs: number): void {
    const { board, clock } = this.#options;
    board.setBirth(board.edition, clock.monotonicMs() - ageMs);
  }

  empty(refusal: Refusal): void {
    const { board } = this.#options;
    const { edition: left } = board;
    board.empty();
    this.#discard(left);
    this.#tellAll({ kind: 'look', refusal });
  }

  /** Files of keys or certificates have changed. */
  changeAccess(change: Partial<Access>): void {
    this.#access = { ...this.#access, ...change };
    this.#tellAll({ kind: 'access', access: this.#access });
  }

  /** All workers drain as `http/drain` does. Resolves when the last has; none is hired any more. */
  async drain(drainMs: number, forceMs: number): Promise<Drained> {
    this.#ended.abort();
    const drained = Promise.all(this.#seats.map((seat) => seat.drained()));
    this.#tellAll({ kind: 'drain', drainMs, forceMs });
    const over = new AbortController();
    const late = this.#options.clock.sleep(drainMs + forceMs + DRAIN_GRACE_MS, over.signal);
    late.then(() => this.#dismissAll()).catch(() => {});
    const outcomes = await drained;
    over.abort();
    return outcomes.includes('forced') ? 'forced' : 'clean';
  }

  /** Resolves when none is left. */
  async close(): Promise<void> {
    this.#ended.abort();
    const drained = this.#seats.map((seat) => seat.drained());
    this.#dismissAll();
    await Promise.all(drained);
  }

  #serve(edition: number, ageMs: number): void {
    const { board, clock } = this.#options;
    const { edition: left } = board;
    board.serve(edition, clock.monotonicMs() - ageMs);
    this.#discard(left);
    this.#tellAll({ kind: 'look' });
    for (const seat of this.#seats) this.#letListen(seat);
    if (this.#isOpen || this.#seats.length === 0) return;
    this.#isOpen = true;
    this.#hireNext();
    void this.#lookAfterAll();
  }

  /** Who answers from it closes it without this; one that has just come may be ready for it, and never does. */
  #discard(edition: number): void {
    this.#editions.delete(edition);
    this.#tellAll({ kind: 'discard', edition });
  }

  /** One at a time: each start takes a process and some memory for a moment. */
  #hireNext(): void {
    const next = this.#seats.find(({ wasTried }) => !wasTried);
    if (next !== undefined) this.#hire(next);
  }

  #hire(seat: Seat): void {
    if (this.#ended.signal.aborted) return;
    seat.markTried();
    try {
      this.#seatSomebody(seat);
    } catch (error) {
      this.#lost(seat, whyOf(error));
    }
  }

  #seatSomebody(seat: Seat): void {
    const { hire, board, settings, listener } = this.#options;
    const { number } = seat;
    const common = { build: BUILD_ID, settings, access: this.#access };
    const start = { ...common, number, board: board.memory, listener: listener() };
    const hired = hire(start, {
      onMessage: (message) => this.#hear(seat, message),
      onEnd: (why) => this.#lost(seat, why),
    });
    seat.take(hired, board.ticks(number));
    for (const [edition, generation] of this.#editions) {
      this.#pending.get(edition)?.waitFor(seat);
      hired.post({ kind: 'prepare', edition, generation });
    }
  }

  #hear(seat: Seat, message: FromWorker): void {
    switch (message.kind) {
      case 'prepared':
        seat.prepared.add(message.edition);
        this.#pending.get(message.edition)?.markReady(seat);
        this.#letListen(seat);
        return;
      case 'refused':
        this.#refused(seat, message);
        return;
      case 'listening':
        seat.markListening();
        this.#hireNext();
        return;
      case 'drained':
        seat.keepOutcome(message.outcome);
        return;
      case 'log':
        this.#options.log[message.level](message.message, { ...message.fields, worker: seat.number });
        return;
      case 'ask':
        void this.#answer(seat, message.id, message.question);
        return;
      default:
        assertNever(message);
    }
  }

  #letListen(seat: Seat): void {
    const { edition } = this.#options.board;
    if (seat.wasToldToListen || !seat.prepared.has(edition)) return;
    seat.wasToldToListen = true;
    seat.hired?.post({ kind: 'listen' });
  }

  /** What is served already was good for the others: this one goes, and another tries. */
  #refused(seat: Seat, { edition, error }: FromWorker & { readonly kind: 'refused' }): void {
    const pending = this.#pending.get(edition);
    if (pending !== undefined) pending.fail(receiveError(error));
    else if (edition === this.#options.board.edition) {
      this.#options.log.error('a worker cannot serve what the others serve', {
        worker: seat.number,
        reason: error.message,
      });
      seat.hired?.dismiss();
    }
  }

  async #answer(seat: Seat, id: number, question: Question): Promise<void> {
    const { hired } = seat;
    const reply = await this.#options
      .reply(question)
      .catch((error: unknown): Reply => ({ kind: 'failed', error: sendError(error) }));
    hired?.post({ kind: 'answer', id, reply });
  }

  #lost(seat: Seat, why: string): void {
    const { board, clock, log, onRestart } = this.#options;
    board.clear(seat.number);
    const delayMs = seat.vacate();
    if (this.#ended.signal.aborted) {
      for (const pending of this.#pending.values()) pending.markReady(seat);
      return;
    }
    log.error('a worker died, and is replaced', { worker: seat.number, reason: why, delayMs });
    onRestart();
    for (const pending of this.#pending.values()) pending.countDeath(seat);
    this.#hireNext();
    clock.sleep(delayMs, this.#ended.signal).then(
      () => this.#hire(seat),
      () => {},
    );
  }

  async #lookAfterAll(): Promise<void> {
    const { clock, board, log, ageMs } = this.#options;
    const { signal } = this.#ended;
    while (!signal.aborted) {
      await clock.sleep(LOOK_MS, signal).catch(() => {});
      const age = ageMs();
      if (age !== undefined) this.confirm(age);
      for (const seat of this.#seats) {
        if (!seat.hangs(board.ticks(seat.number))) continue;
        log.error('a worker hangs, and is ended', { worker: seat.number });
        seat.hired?.dismiss();
      }
    }
  }

  #dismissAll(): void {
    for (const { hired } of this.#seats) hired?.dismiss();
  }

  #tellAll(message: ToWorker): void {
    for (const { hired } of this.#seats) hired?.post(message);
  }
}

/** What this machine has no more of is told with what to do, and not where it was missing. */
function whyOf(error: unknown): string {
  const shortage = shortageError(error);
  if (shortage !== undefined) return `${shortage.message}; ${shortage.hint}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
