/** Lets one of all who wait go on in each turn of the event loop: many long answers cost a turn no more than one. */
export class OneATurn {
  readonly #nextTurn: (run: () => void) => void;
  readonly #waiting: (() => void)[] = [];

  constructor(nextTurn: (run: () => void) => void = setImmediate) {
    this.#nextTurn = nextTurn;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.push(resolve) === 1) this.#nextTurn(() => this.#turn());
    });
  }

  #turn(): void {
    const goOn = this.#waiting.shift() as () => void;
    if (this.#waiting.length > 0) this.#nextTurn(() => this.#turn());
    goOn();
  }
}
