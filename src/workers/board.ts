import type { ConnectionCount } from '../http/http-server.ts';
import { createHistogramMemory, type HistogramMemory } from '../metrics/request-histogram.ts';

/** Memory that all threads of a node share. */
export interface BoardMemory {
  readonly words: SharedArrayBuffer;
  /** What each thread has observed, the first one first. */
  readonly requests: readonly HistogramMemory[];
}

/** What a thread has to do at one moment. */
export interface ThreadLoad {
  readonly inFlight: number;
  readonly heldReplyBytes: number;
}

/*
 * The words: the edition that is served, 0 for none; from byte 8 on the births of the latest editions, each at the place of
 * its number modulo BIRTHS; then for each thread how often it has ticked, its requests in flight, its connections, how many
 * it has turned away, and the KiB of its replies that clients have not taken.
 */
const BIRTHS_AT = 8;
/** So many that whoever has just left an edition still finds its own. */
const BIRTHS = 16;
const CELLS_AT = BIRTHS_AT + BIRTHS * 8;
const CELLS = 5;
const TICKS = 0;
const IN_FLIGHT = 1;
const CONNECTIONS = 2;
const TURNED_AWAY = 3;
const HELD_REPLY_KIB = 4;
const KIB = 1_024;

export function createBoardMemory(threads: number): BoardMemory {
  return {
    words: new SharedArrayBuffer(CELLS_AT + threads * CELLS * 4),
    requests: Array.from({ length: threads }, () => createHistogramMemory()),
  };
}

/**
 * Where threads see what is served, and how each of them is. Reading costs no message, so it is right at every moment,
 * and it can be read of a thread that hangs or has died. Threads are numbered from 1.
 */
export class Board {
  readonly memory: BoardMemory;
  readonly #edition: Int32Array;
  readonly #births: Float64Array;
  readonly #cells: Int32Array;

  constructor(memory: BoardMemory) {
    this.memory = memory;
    this.#edition = new Int32Array(memory.words, 0, 1);
    this.#births = new Float64Array(memory.words, BIRTHS_AT, BIRTHS);
    this.#cells = new Int32Array(memory.words, CELLS_AT);
  }

  /** What every request that begins now is answered from; 0 for nothing. */
  get edition(): number {
    return Atomics.load(this.#edition, 0);
  }

  /** One word counts: all threads serve this edition from this moment on. */
  serve(edition: number, bornMs: number): void {
    this.setBirth(edition, bornMs);
    Atomics.store(this.#edition, 0, edition);
  }

  /** No thread serves anything from this moment on. */
  empty(): void {
    Atomics.store(this.#edition, 0, 0);
  }

  /** When data of this age would have come, by the monotonic clock, which is the same in all threads. */
  setBirth(edition: number, bornMs: number): void {
    this.#births[edition % BIRTHS] = bornMs;
  }

  bornMs(edition: number): number {
    return this.#births[edition % BIRTHS] ?? 0;
  }

  /** A thread says that its event loop turns, and what it has to do. */
  tick(thread: number, { inFlight, heldReplyBytes }: ThreadLoad): void {
    Atomics.add(this.#cells, cell(thread, TICKS), 1);
    Atomics.store(this.#cells, cell(thread, IN_FLIGHT), inFlight);
    Atomics.store(this.#cells, cell(thread, HELD_REPLY_KIB), heldReplyBytes / KIB);
  }

  ticks(thread: number): number {
    return Atomics.load(this.#cells, cell(thread, TICKS));
  }

  /** As of its latest tick. */
  inFlight(thread: number): number {
    return Atomics.load(this.#cells, cell(thread, IN_FLIGHT));
  }

  /** As of its latest tick, in whole KiB. */
  heldReplyBytes(thread: number): number {
    return Atomics.load(this.#cells, cell(thread, HELD_REPLY_KIB)) * KIB;
  }

  /** Counts the connections of one thread, and knows those of all. */
  connections(thread: number): ConnectionCount {
    const own = cell(thread, CONNECTIONS);
    return {
      opened: () => {
        Atomics.add(this.#cells, own, 1);
        return this.#sum(CONNECTIONS);
      },
      closed: () => Atomics.sub(this.#cells, own, 1),
      turnedAway: () => Atomics.add(this.#cells, cell(thread, TURNED_AWAY), 1),
    };
  }

  /** Connections, by all threads. */
  get turnedAway(): number {
    return this.#sum(TURNED_AWAY);
  }

  /** A thread has died, and with it its requests and connections. */
  clear(thread: number): void {
    Atomics.store(this.#cells, cell(thread, IN_FLIGHT), 0);
    Atomics.store(this.#cells, cell(thread, HELD_REPLY_KIB), 0);
    Atomics.store(this.#cells, cell(thread, CONNECTIONS), 0);
  }

  #sum(which: number): number {
    let count = 0;
    for (let at = which; at < this.#cells.length; at += CELLS) count += Atomics.load(this.#cells, at);
    return count;
  }
}

function cell(thread: number, which: number): number {
  return (thread - 1) * CELLS + which;
}
