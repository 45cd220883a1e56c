import type { BlockReader } from './block-reader.ts';
import { damaged } from './damaged.ts';
import { BLOCK_IDS, BLOCK_SHIFT } from './format.ts';
import { idBuffer } from './hash-id.ts';

/** Decodes ids by dense id. Going on within a block costs only the ids between. */
export class IdCursor {
  /** The id's UTF-8 bytes are `bytes[0, length)`, until the next move. */
  readonly bytes = idBuffer();
  length = 0;
  readonly #blocks: BlockReader;
  #id = -1;
  /** Bytes of the block read so far. */
  #done = 0;

  constructor(blocks: BlockReader) {
    this.#blocks = blocks;
  }

  moveTo(id: number): void {
    if (id === this.#id) return;
    const blocks = this.#blocks;
    if (!(id >= 0 && id < blocks.idCount)) throw damaged(`there is no id ${id}`);
    const block = id >>> BLOCK_SHIFT;
    blocks.open(block);
    const start = blocks.at;
    const goesOn = this.#id >= 0 && this.#id >>> BLOCK_SHIFT === block && id > this.#id;
    let entry = goesOn ? (this.#id & (BLOCK_IDS - 1)) + 1 : 0;
    if (goesOn) blocks.at += this.#done;
    else this.length = 0;
    this.#id = -1;
    for (const last = id & (BLOCK_IDS - 1); entry <= last; entry++) this.#read();
    this.#done = blocks.at - start;
    this.#id = id;
  }

  text(): string {
    return this.bytes.toString('utf8', 0, this.length);
  }

  #read(): void {
    const blocks = this.#blocks;
    blocks.next(this.length);
    const { shared, added, at } = blocks;
    const from = blocks.source.bytes;
    for (let i = 0; i < added; i++) this.bytes[shared + i] = from[at + i] ?? 0;
    this.length = shared + added;
    blocks.at = at + added;
  }
}
