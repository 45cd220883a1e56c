/** What is in no collection is nowhere. */
export const NOWHERE = -1;

/** Knows its place in the one collection that it may be in. */
export interface Placed {
  place: number;
}

/**
 * The exchanges that are not over, in no order. Not a `Set`: V8 makes the table of one anew every few requests, and the
 * table before points to it. Once a dead one is in the old generation all later ones follow it there, each with its
 * requests, until the whole heap is collected: 4 KB a request, and collections of the young generation that take 10 ms.
 */
export class OpenExchanges<Exchange extends Placed> implements Iterable<Exchange> {
  readonly #exchanges: Exchange[] = [];

  get size(): number {
    return this.#exchanges.length;
  }

  has({ place }: Exchange): boolean {
    return place !== NOWHERE;
  }

  /** Once. */
  add(exchange: Exchange): void {
    exchange.place = this.#exchanges.push(exchange) - 1;
  }

  /** Once. */
  delete(exchange: Exchange): void {
    const { place } = exchange;
    exchange.place = NOWHERE;
    const last = this.#exchanges.pop() as Exchange;
    if (last === exchange) return;
    last.place = place;
    this.#exchanges[place] = last;
  }

  [Symbol.iterator](): Iterator<Exchange> {
    return this.#exchanges.values();
  }
}
