const FIRST_CAPACITY = 8;

/** A growing set of rows of integers, all of one width, numbered from 0 in the order they came. */
export class RowSet {
  readonly width: number;
  #size = 0;
  #rows = EMPTY;
  /** Open addressing: row number + 1, or 0. At most half full. */
  #slots = EMPTY;

  constructor(width: number) {
    this.width = width;
  }

  get size(): number {
    return this.#size;
  }

  /** The number of this row, which is `size` before the call when it is new. */
  add(row: ArrayLike<number>): number {
    if (this.width === 0) {
      this.#size = 1;
      return 0;
    }
    if ((this.#size + 1) * 2 > this.#slots.length) this.#grow();
    const slot = this.#slotOf(row, 0);
    const found = this.#slots[slot] as number;
    if (found > 0) return found - 1;
    for (let column = 0; column < this.width; column++) {
      this.#rows[this.#size * this.width + column] = row[column] as number;
    }
    this.#slots[slot] = ++this.#size;
    return this.#size - 1;
  }

  /** The number of this row, or -1. */
  find(row: ArrayLike<number>): number {
    if (this.#size === 0) return -1;
    return this.width === 0 ? 0 : (this.#slots[this.#slotOf(row, 0)] as number) - 1;
  }

  at(row: number, column: number): number {
    return this.#rows[row * this.width + column] as number;
  }

  /** The slot of the row that begins at an offset of an array, or the empty one where it belongs. */
  #slotOf(rows: ArrayLike<number>, offset: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashRow(rows, offset, this.width) & mask;
    for (;;) {
      const found = this.#slots[slot] as number;
      if (found === 0 || this.#isRow(found - 1, rows, offset)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #isRow(number: number, rows: ArrayLike<number>, offset: number): boolean {
    const start = number * this.width;
    for (let column = 0; column < this.width; column++) {
      if (this.#rows[start + column] !== rows[offset + column]) return false;
    }
    return true;
  }

  #grow(): void {
    const capacity = Math.max(FIRST_CAPACITY, this.#slots.length * 2);
    const rows = new Int32Array((capacity / 2) * this.width);
    rows.set(this.#rows);
    this.#rows = rows;
    this.#slots = new Int32Array(capacity);
    for (let number = 0; number < this.#size; number++) {
      this.#slots[this.#slotOf(rows, number * this.width)] = number + 1;
    }
  }
}

const EMPTY = new Int32Array(0);

function hashRow(rows: ArrayLike<number>, offset: number, width: number): number {
  let hash = 0;
  for (let column = 0; column < width; column++) {
    hash = Math.imul(hash ^ (rows[offset + column] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash ^ (hash >>> 13);
}
