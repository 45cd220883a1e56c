/** Tuples have at most this many elements: the arity of a fact. */
const MAX_WIDTH = 5;

/**
 * Numbers tuples of handles: the first distinct tuple is 0, the next 1, and a number is never given twice. Open
 * addressing over typed arrays; a tuple is compared element by element, so no two share a number.
 */
export class TupleNumbers {
  /** Write a tuple here, then call `find` or `add`. */
  readonly tuple = new Int32Array(MAX_WIDTH);
  readonly #width: number;
  /** Element `i` of tuple `n` at `n * width + i`. */
  #elements: Int32Array;
  /** Number + 1 of the tuple in a slot, 0 for none. */
  #slots = new Int32Array(16);
  #count = 0;

  constructor(width: number) {
    this.#width = width;
    this.#elements = new Int32Array(8 * width);
  }

  /** Element `index` of a numbered tuple. */
  element(number: number, index: number): number {
    return this.#elements[number * this.#width + index] as number;
  }

  /** The number of `tuple`, or -1. */
  find(): number {
    return (this.#slots[this.#slot()] as number) - 1;
  }

  /** The number of `tuple`, a new one when it had none. */
  add(): number {
    const slot = this.#slot();
    const known = this.#slots[slot] as number;
    if (known !== 0) return known - 1;
    const number = this.#count++;
    this.#store(number);
    this.#slots[slot] = number + 1;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  /** The slot that holds `tuple`, or the empty one where it belongs. */
  #slot(): number {
    const mask = this.#slots.length - 1;
    let slot = hashTuple(this.tuple, 0, this.#width) & mask;
    for (;;) {
      const number = this.#slots[slot] as number;
      if (number === 0 || this.#equals(number - 1)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equals(number: number): boolean {
    const at = number * this.#width;
    for (let i = 0; i < this.#width; i++) if (this.#elements[at + i] !== this.tuple[i]) return false;
    return true;
  }

  #store(number: number): void {
    const at = number * this.#width;
    if (at + this.#width > this.#elements.length) this.#elements = grown(this.#elements);
    for (let i = 0; i < this.#width; i++) this.#elements[at + i] = this.tuple[i] as number;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.#count; number++) {
      let slot = hashTuple(this.#elements, number * this.#width, this.#width) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
  }
}

/** A copy with twice the room. */
export function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** Handles are small dense numbers, not chosen by strangers: a cheap mix is enough. */
function hashTuple(elements: Int32Array, at: number, width: number): number {
  let hash = width;
  for (let i = 0; i < width; i++) {
    hash = Math.imul(hash ^ (elements[at + i] as number), 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85eb_ca6b);
  return hash ^ (hash >>> 13);
}
