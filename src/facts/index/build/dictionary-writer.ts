import type { TypeEntry } from '../directory.ts';
import { BLOCK_IDS, TOKEN_LIMIT } from '../format.ts';
import { hashBytes, idBuffer } from '../hash-id.ts';
import type { ColumnFile } from './column-file.ts';
import type { SectionWriter } from './section-writer.ts';

/** Writes the texts and blocks of one type from its ids in order. */
export class DictionaryWriter {
  idCount = 0;
  readonly #sections: SectionWriter;
  readonly #blockOffsets: ColumnFile;
  readonly #hashes: ColumnFile;
  readonly #last = idBuffer();
  #lastLength = 0;

  /** `blockOffsets` is empty and free for use; the hash of each id is added to `hashes`. */
  constructor(sections: SectionWriter, blockOffsets: ColumnFile, hashes: ColumnFile) {
    this.#sections = sections;
    this.#blockOffsets = blockOffsets;
    this.#hashes = hashes;
  }

  add(bytes: Uint8Array, start: number, length: number): void {
    const startsBlock = this.idCount % BLOCK_IDS === 0;
    if (startsBlock) this.#blockOffsets.append(this.#sections.sectionBytes);
    const last = this.#last;
    const common = startsBlock ? 0 : Math.min(length, this.#lastLength);
    let shared = 0;
    while (shared < common && last[shared] === bytes[start + shared]) shared++;
    this.#writeToken(shared, length - shared);
    this.#sections.bytes(bytes, start + shared, start + length);
    for (let i = shared; i < length; i++) last[i] = bytes[start + i] ?? 0;
    this.#lastLength = length;
    this.#hashes.append(hashBytes(bytes, start, start + length));
    this.idCount++;
  }

  /** Whether this is the id added last. */
  isLast(bytes: Uint8Array, start: number, length: number): boolean {
    if (this.idCount === 0 || length !== this.#lastLength) return false;
    for (let i = length - 1; i >= 0; i--) if (this.#last[i] !== bytes[start + i]) return false;
    return true;
  }

  finish(name: string): Omit<TypeEntry, 'slots'> {
    const texts = this.#sections.end();
    const blocks = this.#sections.packed(this.#blockOffsets);
    return { name, idCount: this.idCount, encoding: 'utf8', texts, blocks };
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
