import type { BlockReader } from './block-reader.ts';
import { damaged } from './damaged.ts';
import { BLOCK_IDS, BLOCK_SHIFT } from './format.ts';
import { idBuffer } from './hash-id.ts';
import { UUID_TEXT_BYTES } from './uuid.ts';

/** Decodes ids by dense id. Going on within a block costs only the ids between. */
export class IdCursor {
  /** The id's UTF-8 bytes are `bytes[0, length)`, until the next move. */
  readonly bytes = idBuffer();
  length = 0;
  readonly #blocks: BlockReader;
  #id = -1;
  /** Bytes of the block read so far. */
  #done = 0;
  /** For each id walked over: where in the source its added bytes would begin if none were shared, and those shared. */
  readonly #starts = new Float64Array(BLOCK_IDS);
  readonly #shared = new Int32Array(BLOCK_IDS);

  constructor(blocks: BlockReader) {
    this.#blocks = blocks;
  }

  moveTo(id: number): void {
    const blocks = this.#blocks;
    if (!(id >= 0 && id < blocks.idCount)) throw damaged(`there is no id ${id}`);
    if (id === this.#id) return;
    const block = id >>> BLOCK_SHIFT;
    blocks.open(block);
    if (blocks.isPacked) {
      blocks.uuid(id & (BLOCK_IDS - 1), this.bytes);
      this.length = UUID_TEXT_BYTES;
      this.#id = id;
      return;
    }
    const start = blocks.at;
    const goesOn = this.#id >= 0 && this.#id >>> BLOCK_SHIFT === block && id > this.#id;
    const first = goesOn ? (this.#id & (BLOCK_IDS - 1)) + 1 : 0;
    if (goesOn) blocks.at += this.#done;
    else this.length = 0;
    this.#id = -1;
    this.#walk(first, id & (BLOCK_IDS - 1));
    this.#done = blocks.at - start;
    this.#id = id;
  }

  text(): string {
    return this.bytes.toString('utf8', 0, this.length);
  }

  /** Reads the entries from one to another, then copies only those bytes that are left in the last one. */
  #walk(first: number, last: number): void {
    const blocks = this.#blocks;
    let length = this.length;
    for (let entry = first; entry <= last; entry++) {
      blocks.next(length);
      this.#starts[entry] = blocks.at - blocks.shared;
      this.#shared[entry] = blocks.shared;
      length = blocks.shared + blocks.added;
      blocks.at += blocks.added;
    }
    const from = blocks.source.bytes;
    this.length = length;
    for (let entry = last, end = length; entry >= first && end > 0; entry--) {
      const shared = this.#shared[entry] as number;
      const start = this.#starts[entry] as number;
      for (let i = shared; i < end; i++) this.bytes[i] = from[start + i] as number;
      if (shared < end) end = shared;
    }
  }
}
