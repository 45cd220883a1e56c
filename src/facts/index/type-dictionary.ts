import { BlockReader } from './block-reader.ts';
import type { ByteSource } from './byte-source.ts';
import type { TypeEntry } from './directory.ts';
import { IdCursor } from './id-cursor.ts';
import type { IdKey } from './id-key.ts';
import { PackedArray } from './packed-array.ts';

/** The ids of one type: id bytes → dense id and back. */
export class TypeDictionary {
  readonly name: string;
  readonly idCount: number;
  readonly #blocks: BlockReader;
  readonly #slots: PackedArray | undefined;
  readonly #homes: number;
  readonly #maxProbes: number;
  readonly #blockBits: number;
  /** Of a slot, the bits that name the block. */
  readonly #blockMask: number;

  /** `withSlots` is false when the source does not hold the hash slots. */
  constructor(source: ByteSource, entry: TypeEntry, withSlots: boolean) {
    this.name = entry.name;
    this.idCount = entry.idCount;
    this.#blocks = new BlockReader(source, entry);
    const { slots } = entry;
    this.#slots = withSlots && slots ? new PackedArray(source, slots.table, { add: 0, limit: 2 ** 32 }) : undefined;
    this.#homes = slots?.homes ?? 0;
    this.#maxProbes = slots?.maxProbes ?? 0;
    this.#blockBits = slots?.blockBits ?? 0;
    this.#blockMask = 2 ** this.#blockBits - 1;
  }

  /** The dense id of an id, or -1. */
  find(key: IdKey): number {
    return this.#slots === undefined ? this.#bisect(key) : this.#probe(this.#slots, key);
  }

  /** Decodes ids; each cursor has its own place. */
  cursor(): IdCursor {
    return new IdCursor(this.#blocks);
  }

  #probe(slots: PackedArray, key: IdKey): number {
    const { hash } = key;
    const bits = this.#blockBits;
    const mark = (hash << bits) >>> bits;
    const home = Math.floor((hash / 2 ** 32) * this.#homes);
    for (let probe = 0; probe < this.#maxProbes; probe++) {
      const slot = slots.get(home + probe);
      if (slot === 0) return -1;
      if (slot >>> bits !== mark) continue;
      const found = this.#blocks.search((slot & this.#blockMask) - 1, key);
      if (found !== -1) return found;
    }
    return -1;
  }

  #bisect(key: IdKey): number {
    let low = 0;
    let high = this.#blocks.blockCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#blocks.startsAfter(middle, key)) high = middle;
      else low = middle + 1;
    }
    return low === 0 ? -1 : this.#blocks.search(low - 1, key);
  }
}
