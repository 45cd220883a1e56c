/** A binary heap of the numbers 0 … count - 1, ordered by what they stand for; for merging that many sorted runs. */
export class MergeHeap {
  readonly #items: Int32Array;
  readonly #before: (a: number, b: number) => boolean;
  #size: number;

  constructor(count: number, before: (a: number, b: number) => boolean) {
    this.#items = Int32Array.from({ length: count }, (_, index) => index);
    this.#before = before;
    this.#size = count;
    for (let at = (count >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** The number that comes first, or -1 when none is left. */
  get first(): number {
    return this.#size === 0 ? -1 : (this.#items[0] as number);
  }

  /** What the first number stands for is larger than it was. */
  advanced(): void {
    this.#sink(0);
  }

  /** What the first number stands for has come to its end. */
  ended(): void {
    this.#size--;
    this.#items[0] = this.#items[this.#size] as number;
    this.#sink(0);
  }

  #sink(start: number): void {
    const items = this.#items;
    const item = items[start] as number;
    let at = start;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(items[child + 1] as number, items[child] as number)) child++;
      if (!this.#before(items[child] as number, item)) break;
      items[at] = items[child] as number;
      at = child;
    }
    items[at] = item;
  }
}
