import { MAX_ID_BYTES } from '../fact.ts';
import type { ByteSource } from './byte-source.ts';
import { MAX_WINDOW_BYTES } from './byte-source.ts';
import { damaged } from './damaged.ts';
import type { TypeEntry } from './directory.ts';
import { BLOCK_IDS, BLOCK_SHIFT, PACKED_BLOCK, TOKEN_LIMIT } from './format.ts';
import type { IdKey } from './id-key.ts';
import { PackedArray } from './packed-array.ts';
import { printUuid, UUID_BYTES, UUID_TEXT_BYTES } from './uuid.ts';

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
  /** Whether the open block holds packed UUIDs. Then it has no entries to be read; see `uuid`. */
  isPacked = false;
  /** Of a packed block: leading bytes that all its UUIDs share, which begin at `at`. */
  #common = 0;
  readonly #uuid = new Uint8Array(UUID_BYTES);
  readonly #text = new Uint8Array(UUID_TEXT_BYTES);
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
    const first = this.source.bytes[this.at] as number;
    this.isPacked = first >= PACKED_BLOCK;
    if (this.isPacked) this.#openPacked(first - PACKED_BLOCK, this.#countIn(block));
  }

  /** Writes the text of an entry of the open block, which is packed, to the first 36 bytes of the target. */
  uuid(entry: number, target: Uint8Array): void {
    const bytes = this.source.bytes;
    const common = this.#common;
    const rest = this.at + entry * (UUID_BYTES - common);
    for (let i = 0; i < UUID_BYTES; i++) this.#uuid[i] = bytes[i < common ? this.at + i : rest + i] as number;
    printUuid(this.#uuid, target);
  }

  /** Reads the next token; the caller moves `at` over the added bytes. `length` is that of the entry before. */
  next(length: number): void {
    const bytes = this.source.bytes;
    // At the end of a damaged block this may be any byte, or none: then `at` is beyond the end, which is refused below.
    const token = bytes[this.at++] as number;
    this.shared = token >>> 4;
    this.added = token & TOKEN_LIMIT;
    if (this.shared === TOKEN_LIMIT) this.shared += this.#more();
    if (this.added === TOKEN_LIMIT) this.added += this.#more();
    const fits = this.shared <= length && this.shared + this.added <= MAX_ID_BYTES && this.at + this.added <= this.end;
    if (!fits) throw this.#damaged();
  }

  /** Whether the first id of a block comes after the key. */
  startsAfter(block: number, key: IdKey): boolean {
    this.open(block);
    if (this.isPacked) {
      this.uuid(0, this.#text);
      return isAfter({ bytes: this.#text, start: 0, length: UUID_TEXT_BYTES }, key);
    }
    this.next(0);
    return isAfter({ bytes: this.source.bytes, start: this.at, length: this.added }, key);
  }

  /** The dense id of the key if the block holds it, else -1. */
  search(block: number, key: IdKey): number {
    this.open(block);
    const count = this.#countIn(block);
    const entry = this.isPacked ? this.#searchPacked(key, count) : this.#searchTexts(key, count);
    return entry === -1 ? -1 : (block << BLOCK_SHIFT) + entry;
  }

  #countIn(block: number): number {
    return Math.min(BLOCK_IDS, this.idCount - (block << BLOCK_SHIFT));
  }

  #openPacked(common: number, count: number): void {
    this.at++;
    this.#common = common;
    if (common >= UUID_BYTES || this.end - this.at !== common + count * (UUID_BYTES - common)) throw this.#damaged();
  }

  /** The place of the key among the UUIDs of the open block, or -1. */
  #searchPacked(key: IdKey, count: number): number {
    const uuid = key.packed();
    if (uuid === undefined) return -1;
    const bytes = this.source.bytes;
    const common = this.#common;
    for (let i = 0; i < common; i++) if (bytes[this.at + i] !== uuid[i]) return -1;
    for (let entry = 0, at = this.at; entry < count; entry++, at += UUID_BYTES - common) {
      let i = common;
      while (i < UUID_BYTES && bytes[at + i] === uuid[i]) i++;
      if (i === UUID_BYTES) return entry;
      if ((bytes[at + i] as number) > (uuid[i] as number)) return -1;
    }
    return -1;
  }

  /** The place of the key among the texts of the open block, or -1. */
  #searchTexts({ bytes: key, length }: IdKey, count: number): number {
    let entryLength = 0;
    // Leading bytes that the key has in common with the entry before, which is smaller than the key.
    let matched = 0;
    for (let entry = 0; entry < count; entry++) {
      this.next(entryLength);
      entryLength = this.shared + this.added;
      if (this.shared < matched) return -1;
      if (this.shared === matched) {
        matched = this.#match(key, length, matched);
        if (matched === length && entryLength === length) return entry;
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
    return (
      matched === length || (this.source.bytes[this.at - this.shared + matched] as number) > (key[matched] as number)
    );
  }

  #more(): number {
    let sum = 0;
    for (;;) {
      const byte = this.source.bytes[this.at++] as number;
      sum += byte;
      if (byte < 255) return sum;
      if (this.at >= this.end) throw this.#damaged();
    }
  }

  #damaged(): Error {
    return damaged(`the ids of type ${JSON.stringify(this.#name)} make no sense`);
  }
}

/** Whether some bytes come after the key. */
function isAfter(
  { bytes, start, length }: { readonly bytes: Uint8Array; readonly start: number; readonly length: number },
  key: IdKey,
): boolean {
  const common = Math.min(length, key.length);
  for (let i = 0; i < common; i++) {
    const difference = (bytes[start + i] as number) - (key.bytes[i] as number);
    if (difference !== 0) return difference > 0;
  }
  return length > key.length;
}
