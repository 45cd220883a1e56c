import { checkText } from '../../check-fact.ts';
import { MAX_ID_BYTES } from '../../fact.ts';
import { encodeId } from '../hash-id.ts';
import { keyedHash } from '../keyed-hash.ts';
import type { IdTexts } from './sort-ids.ts';
import { uncounted } from './uncounted.ts';

/** Longest chunk: id numbers must leave room for four bytes in a double when they are sorted. */
export const MAX_CHUNK_IDS = 2 ** 21;

/** Words of a slot: id number + 1, 0 for a free slot; hash; start of the bytes; type and length. */
const SLOT_WORDS = 4;

/** A length takes ten bits, so a type may take 22. */
const LENGTH_SPAN = 2 * MAX_ID_BYTES;

/**
 * The distinct ids of a part of the facts, in arrays that do not grow. Their hash is keyed: whoever writes ids could make
 * them all meet in one slot else. A slot holds all that tells ids apart but their
 * bytes, because every other array would be one more miss of the cache.
 */
export class ChunkIds implements IdTexts {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly lengths: Uint16Array;
  /** The type of each id, as a number. */
  readonly types: Uint32Array;
  /** The keyed hash of the id added last, whether it was new or not. */
  lastHash = 0;
  /** At most two of three are taken. */
  readonly #slots: Uint32Array;
  readonly #slotCount: number;
  readonly #capacity: number;
  #count = 0;
  #usedBytes = 0;

  constructor(capacity: number, textBytes: number) {
    this.#capacity = capacity;
    this.#slotCount = Math.ceil(capacity * 1.5);
    this.bytes = new Uint8Array(uncounted(textBytes));
    this.starts = new Uint32Array(uncounted(capacity * 4));
    this.lengths = new Uint16Array(uncounted(capacity * 2));
    this.types = new Uint32Array(uncounted(capacity * 4));
    this.#slots = new Uint32Array(uncounted(this.#slotCount * SLOT_WORDS * 4));
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
    return this.addBytes(type, this.bytes, start, start + length);
  }

  /** The same for the bytes of a well-formed id, wherever they lie. */
  addBytes(type: number, source: Uint8Array, from: number, to: number): number {
    const length = to - from;
    const hash = keyedHash(source, from, to);
    this.lastHash = hash;
    const slots = this.#slots;
    const typeAndLength = type * LENGTH_SPAN + length;
    let at = this.#homeOf(hash, type);
    for (;;) {
      const known = slots[at] as number;
      if (known === 0) break;
      const isAlike = slots[at + 1] === hash && slots[at + 3] === typeAndLength;
      if (isAlike && this.#equals(slots[at + 2] as number, source, from, to)) return known - 1;
      at += SLOT_WORDS;
      if (at === slots.length) at = 0;
    }
    const number = this.#count++;
    const start = this.#usedBytes;
    for (let i = 0; i < length; i++) this.bytes[start + i] = source[from + i] as number;
    slots[at] = number + 1;
    slots[at + 1] = hash;
    slots[at + 2] = start;
    slots[at + 3] = typeAndLength;
    this.starts[number] = start;
    this.lengths[number] = length;
    this.types[number] = type;
    this.#usedBytes = start + length;
    return number;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#count = 0;
    this.#usedBytes = 0;
  }

  #homeOf(hash: number, type: number): number {
    const spread = (hash ^ Math.imul(type, 0x9e37_79b1)) >>> 0;
    return Math.floor((spread / 2 ** 32) * this.#slotCount) * SLOT_WORDS;
  }

  /** Whether the id whose bytes begin at `start` has the bytes from `from` to `to` of a source. */
  #equals(start: number, source: Uint8Array, from: number, to: number): boolean {
    const shift = start - from;
    for (let at = from; at < to; at++) if (this.bytes[at + shift] !== source[at]) return false;
    return true;
  }
}

function refuse(id: string): never {
  checkText('id', id);
  throw new Error('an id is well formed and yet cannot be written');
}
