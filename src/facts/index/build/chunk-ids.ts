import { checkText } from '../../check-fact.ts';
import { MAX_ID_BYTES } from '../../fact.ts';
import { encodeId, hashBytes } from '../hash-id.ts';
import type { IdTexts } from './sort-ids.ts';

/** Longest chunk: id numbers must leave room for four bytes in a double when they are sorted. */
export const MAX_CHUNK_IDS = 2 ** 21;

/** The distinct ids of a part of the facts, in arrays that do not grow. */
export class ChunkIds implements IdTexts {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly lengths: Uint16Array;
  /** The type of each id, as a number. */
  readonly types: Uint32Array;
  readonly hashes: Uint32Array;
  /** Id number + 1, 0 for a free slot; at most half are taken. */
  readonly #slots: Uint32Array;
  readonly #capacity: number;
  #count = 0;
  #usedBytes = 0;

  constructor(capacity: number, textBytes: number) {
    this.#capacity = capacity;
    this.bytes = new Uint8Array(textBytes);
    this.starts = new Uint32Array(capacity);
    this.lengths = new Uint16Array(capacity);
    this.types = new Uint32Array(capacity);
    this.hashes = new Uint32Array(capacity);
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
  }

  get count(): number {
    return this.#count;
  }

  /** Whether `count` more ids fit, however long. */
  hasRoom(count: number): boolean {
    return this.#count + count <= this.#capacity && this.#usedBytes + count * MAX_ID_BYTES <= this.bytes.length;
  }

  /** The number of an id. Throws FACT_INVALID when it is not well formed. */
  add(type: number, id: string): number {
    const start = this.#usedBytes;
    const length = encodeId(id, this.bytes, start);
    if (length === -1) return refuse(id);
    const hash = hashBytes(this.bytes, start, start + length);
    const mask = this.#slots.length - 1;
    let slot = (hash + type) & mask;
    for (;;) {
      const known = this.#slots[slot] ?? 0;
      if (known === 0) break;
      if (this.#equals(known - 1, type, hash, length)) return known - 1;
      slot = (slot + 1) & mask;
    }
    const number = this.#count++;
    this.#slots[slot] = number + 1;
    this.starts[number] = start;
    this.lengths[number] = length;
    this.types[number] = type;
    this.hashes[number] = hash;
    this.#usedBytes = start + length;
    return number;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#count = 0;
    this.#usedBytes = 0;
  }

  /** Whether the bytes written last are those of this id. */
  #equals(number: number, type: number, hash: number, length: number): boolean {
    if (this.hashes[number] !== hash || this.types[number] !== type || this.lengths[number] !== length) return false;
    const start = this.starts[number] ?? 0;
    for (let i = 0; i < length; i++) if (this.bytes[start + i] !== this.bytes[this.#usedBytes + i]) return false;
    return true;
  }
}

function refuse(id: string): never {
  checkText('id', id);
  throw new Error('an id is well formed and yet cannot be written');
}
