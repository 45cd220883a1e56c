/** What a socket that rests has to be able to do. */
export interface Resting {
  pause(): unknown;
  resume(): unknown;
}

/** libuv reads from so many sockets at a time. While as many are ready again it goes on, up to 48 times. */
const READ_AT_ONCE = 1_024;
/** The turn is asked for early, but not for every few answers. */
const ASK_FROM = READ_AT_ONCE / 2;

/**
 * Makes the event loop turn. While libuv reads on and on, connections are accepted but not read from, no timer runs and no
 * expensive question is answered: with two thousand busy connections for more than a second. So a socket that is
 * answered late in such a turn rests until the next one; what its client sends meanwhile waits in the kernel.
 */
export class TurnTaking {
  readonly #nextTurn: (run: () => void) => void;
  #answers = 0;
  #resting: Resting[] = [];

  constructor(nextTurn: (run: () => void) => void = setImmediate) {
    this.#nextTurn = nextTurn;
  }

  /** Told of each answer to a request that was read whole. */
  answered(socket: Resting): void {
    this.#answers += 1;
    if (this.#answers === ASK_FROM) this.#nextTurn(() => this.#turned());
    if (this.#answers <= READ_AT_ONCE) return;
    this.#resting.push(socket);
    // Node resumes the socket itself once it has told of the end of the request, which may be what we are in.
    process.nextTick(() => socket.pause());
  }

  #turned(): void {
    const rested = this.#resting;
    this.#resting = [];
    this.#answers = 0;
    for (const socket of rested) socket.resume();
  }
}
