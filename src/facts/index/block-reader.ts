import { MAX_ID_BYTES } from '../fact.ts';
import type { ByteSource } from './byte-source.ts';
import { MAX_WINDOW_BYTES } from './byte-source.ts';
import { damaged } from './damaged.ts';
import type { TypeEntry } from './directory.ts';
import { BLOCK_IDS, BLOCK_SHIFT, TOKEN_LIMIT } from './format.ts';
import type { IdKey } from './id-key.ts';
import { PackedArray } from './packed-array.ts';

/** Walks through the blocks of a dictionary, one at a time, without making objects; see format.ts. */
export class BlockReader {
  readonly idCount: number;
  readonly blockCount: number;
  /** Where the bytes of the open block are. */
  readonly source: ByteSource;
  /** Next byte to read and end of the open block, as places in `source.bytes`. */
  at = 0;
  end = 0;
  /** The entry last read: bytes shared with the one before it, and bytes added, which begin at `at`. */
  shared = 0;
  added = 0;
  readonly #name: string;
  readonly #textsAt: number;
  readonly #textsLength: number;
  readonly #offsets: PackedArray;

  constructor(source: ByteSource, { name, idCount, texts, blocks }: TypeEntry) {
    this.source = source;
    this.idCount = idCount;
    this.blockCount = blocks.count;
    this.#name = name;
    this.#textsAt = texts.offset;
    this.#textsLength = texts.length;
    this.#offsets = new PackedArray(source, blocks, { add: 0, limit: texts.length });
  }

  /** Makes the bytes of a block readable, from its start. */
  open(block: number): void {
    const start = this.#offsets.get(block);
    const end = block + 1 < this.blockCount ? this.#offsets.get(block + 1) : this.#textsLength;
    const length = end - start;
    if (length <= 0 || length > MAX_WINDOW_BYTES) throw this.#damaged();
    this.at = this.source.window(this.#textsAt + start, length);
    this.end = this.at + length;
  }

  /** Reads the next token; the caller moves `at` over the added bytes. `length` is that of the entry before. */
  next(length: number): void {
    const bytes = this.source.bytes;
    const token = bytes[this.at++] ?? 0;
    this.shared = token >>> 4;
    this.added = token & TOKEN_LIMIT;
    if (this.shared === TOKEN_LIMIT) this.shared += this.#more();
    if (this.added === TOKEN_LIMIT) this.added += this.#more();
    const fits = this.shared <= length && this.shared + this.added <= MAX_ID_BYTES && this.at + this.added <= this.end;
    if (!fits) throw this.#damaged();
  }

  /** Whether the first id of a block comes after the key. */
  startsAfter(block: number, { bytes: key, length }: IdKey): boolean {
    this.open(block);
    this.next(0);
    const bytes = this.source.bytes;
    const common = Math.min(length, this.added);
    for (let i = 0; i < common; i++) {
      const difference = (bytes[this.at + i] ?? 0) - (key[i] ?? 0);
      if (difference !== 0) return difference > 0;
    }
    return this.added > length;
  }

  /** The dense id of the key if the block holds it, else -1. */
  search(block: number, { bytes: key, length }: IdKey): number {
    this.open(block);
    const first = block << BLOCK_SHIFT;
    const count = Math.min(BLOCK_IDS, this.idCount - first);
    let entryLength = 0;
    // Leading bytes that the key has in common with the entry before, which is smaller than the key.
    let matched = 0;
    for (let entry = 0; entry < count; entry++) {
      this.next(entryLength);
      entryLength = this.shared + this.added;
      if (this.shared < matched) return -1;
      if (this.shared === matched) {
        matched = this.#match(key, length, matched);
        if (matched === length && entryLength === length) return first + entry;
        if (this.#isAfter(key, length, matched)) return -1;
      }
      this.at += this.added;
    }
    return -1;
  }

  /** Leading bytes of the key that the current entry has, when it has the first `matched` for sure. */
  #match(key: Uint8Array, length: number, matched: number): number {
    const bytes = this.source.bytes;
    const shift = this.at - this.shared;
    const common = Math.min(length, this.shared + this.added);
    let i = matched;
    while (i < common && bytes[shift + i] === key[i]) i++;
    return i;
  }

  /** Whether the current entry comes after the key, with which it has `matched` leading bytes in common. */
  #isAfter(key: Uint8Array, length: number, matched: number): boolean {
    if (matched === this.shared + this.added) return false;
    return matched === length || (this.source.bytes[this.at - this.shared + matched] ?? 0) > (key[matched] ?? 0);
  }

  #more(): number {
    let sum = 0;
    for (;;) {
      const byte = this.source.bytes[this.at++] ?? 0;
      sum += byte;
      if (byte < 255) return sum;
      if (this.at >= this.end) throw this.#damaged();
    }
  }

  #damaged(): Error {
    return damaged(`the ids of type ${JSON.stringify(this.#name)} make no sense`);
  }
}
