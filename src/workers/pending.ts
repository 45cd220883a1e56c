import type { Clock } from '../util/clock.ts';
import type { Seat } from './seat.ts';

/** Workers that have died of a generation before it is refused: the first one may have died of something else. */
const DEATHS_UNTIL_REFUSED = 2;

/** Opening shares memory and compiles a policy, so this is for threads that hang. */
const DEADLINE_MS = 120_000;

/** A generation that workers are getting ready for. */
export class Pending {
  readonly #missing: Set<Seat>;
  readonly #settled: Promise<void>;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};
  #deaths = 0;

  constructor(seats: Iterable<Seat>) {
    this.#missing = new Set(seats);
    this.#settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#look();
  }

  /** Resolves when all seats are ready; throws why one cannot be. */
  async ready(clock: Clock): Promise<void> {
    const over = new AbortController();
    clock.sleep(DEADLINE_MS, over.signal).then(
      () => this.fail(new Error('a worker did not get ready in time')),
      () => {},
    );
    await this.#settled.finally(() => over.abort());
  }

  /** Somebody has come who must be ready too. */
  waitFor(seat: Seat): void {
    this.#missing.add(seat);
  }

  markReady(seat: Seat): void {
    this.#missing.delete(seat);
    this.#look();
  }

  /** Its worker died. Its successor tries again, so the seat is still waited for; too many deaths refuse the generation. */
  countDeath(seat: Seat): void {
    if (!this.#missing.has(seat)) return;
    this.#deaths += 1;
    if (this.#deaths >= DEATHS_UNTIL_REFUSED) this.fail(new Error('workers died of getting ready for it'));
  }

  fail(error: Error): void {
    this.#reject(error);
  }

  #look(): void {
    if (this.#missing.size === 0) this.#resolve();
  }
}
