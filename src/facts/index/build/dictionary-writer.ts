import { MAX_ID_BYTES } from '../../fact.ts';
import type { TypeEntry } from '../directory.ts';
import { BLOCK_IDS, PACKED_BLOCK, TOKEN_LIMIT } from '../format.ts';
import { hashBytes } from '../hash-id.ts';
import { packUuid, UUID_BYTES, UUID_TEXT_BYTES } from '../uuid.ts';
import type { ColumnFile } from './column-file.ts';
import type { SectionWriter } from './section-writer.ts';

/** What the directory says of a type, but for its hash slots; and the sum of the hashes they are made from, modulo 2^32. */
export type WrittenDictionary = Omit<TypeEntry, 'slots'> & { readonly hashSum: number };

/** Writes the texts and blocks of one type from its ids in order. */
export class DictionaryWriter {
  idCount = 0;
  /** Sum of the hashes of the ids modulo 2^32. */
  hashSum = 0;
  readonly #sections: SectionWriter;
  readonly #blockOffsets: ColumnFile;
  readonly #hashes: ColumnFile;
  /** The ids of the current block, each with room for the longest. */
  readonly #texts = new Uint8Array(BLOCK_IDS * MAX_ID_BYTES);
  readonly #lengths = new Uint16Array(BLOCK_IDS);
  #blockCount = 0;
  /** The same, packed. */
  readonly #uuids = Array.from({ length: BLOCK_IDS }, () => new Uint8Array(UUID_BYTES));

  /** `blockOffsets` is empty and free for use; the hash of each id is added to `hashes`. */
  constructor(sections: SectionWriter, blockOffsets: ColumnFile, hashes: ColumnFile) {
    this.#sections = sections;
    this.#blockOffsets = blockOffsets;
    this.#hashes = hashes;
  }

  add(bytes: Uint8Array, start: number, length: number): void {
    if (this.#blockCount === BLOCK_IDS) this.#writeBlock();
    const at = this.#blockCount * MAX_ID_BYTES;
    for (let i = 0; i < length; i++) this.#texts[at + i] = bytes[start + i] as number;
    this.#lengths[this.#blockCount++] = length;
    const hash = hashBytes(bytes, start, start + length);
    this.#hashes.append(hash);
    this.hashSum = (this.hashSum + hash) | 0;
    this.idCount++;
  }

  /** Whether this is the id added last. */
  isLast(bytes: Uint8Array, start: number, length: number): boolean {
    const last = this.#blockCount - 1;
    if (this.#lengths[last] !== length) return false;
    const at = last * MAX_ID_BYTES;
    for (let i = length - 1; i >= 0; i--) if (this.#texts[at + i] !== bytes[start + i]) return false;
    return true;
  }

  /** There must be an id. Yields now and then. */
  *finish(name: string): Generator<void, WrittenDictionary> {
    this.#writeBlock();
    const texts = this.#sections.end();
    const blocks = yield* this.#sections.packed(this.#blockOffsets);
    return { name, idCount: this.idCount, texts, blocks, hashSum: this.hashSum };
  }

  #writeBlock(): void {
    this.#blockOffsets.append(this.#sections.sectionBytes);
    if (this.#pack()) this.#writePacked();
    else this.#writeTexts();
    this.#blockCount = 0;
  }

  /** Whether all ids of the block are UUIDs; then they are packed. */
  #pack(): boolean {
    for (let entry = 0; entry < this.#blockCount; entry++) {
      const uuid = this.#uuids[entry] as Uint8Array;
      if (this.#lengths[entry] !== UUID_TEXT_BYTES) return false;
      if (!packUuid(this.#texts, entry * MAX_ID_BYTES, uuid)) return false;
    }
    return true;
  }

  #writePacked(): void {
    const uuids = this.#uuids.slice(0, this.#blockCount);
    const first = uuids[0] as Uint8Array;
    const last = uuids.at(-1) as Uint8Array;
    let common = 0;
    while (common < UUID_BYTES - 1 && first[common] === last[common]) common++;
    this.#sections.byte(PACKED_BLOCK + common);
    this.#sections.bytes(first, 0, common);
    for (const uuid of uuids) this.#sections.bytes(uuid, common, UUID_BYTES);
  }

  #writeTexts(): void {
    let lastLength = 0;
    for (let entry = 0; entry < this.#blockCount; entry++) {
      const at = entry * MAX_ID_BYTES;
      const length = this.#lengths[entry] as number;
      const shared = this.#sharedWithLast(at, Math.min(length, lastLength));
      this.#writeToken(shared, length - shared);
      this.#sections.bytes(this.#texts, at + shared, at + length);
      lastLength = length;
    }
  }

  /** Leading bytes, `limit` at most, that the text at a place has in common with the one before. */
  #sharedWithLast(at: number, limit: number): number {
    const texts = this.#texts;
    let shared = 0;
    while (shared < limit && texts[at + shared] === texts[at - MAX_ID_BYTES + shared]) shared++;
    return shared;
  }

  #writeToken(shared: number, added: number): void {
    this.#sections.byte((Math.min(shared, TOKEN_LIMIT) << 4) | Math.min(added, TOKEN_LIMIT));
    if (shared >= TOKEN_LIMIT) this.#writeMore(shared - TOKEN_LIMIT);
    if (added >= TOKEN_LIMIT) this.#writeMore(added - TOKEN_LIMIT);
  }

  #writeMore(rest: number): void {
    let left = rest;
    for (; left >= 255; left -= 255) this.#sections.byte(255);
    this.#sections.byte(left);
  }
}
