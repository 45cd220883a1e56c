import type { SlotsEntry } from '../directory.ts';
import { BLOCK_SHIFT, HOMES_PER_THREE, MAX_PROBES } from '../format.ts';
import type { ColumnFile } from './column-file.ts';
import type { SectionWriter } from './section-writer.ts';
import { bytesOf } from './spill-file.ts';

/** Hashes read at a time. */
const CHUNK_VALUES = 16_384;
const LEAST_HOMES = 4096;

export interface SlotsInput {
  /** The hashes of the ids of this type, in order, begin at `from`. */
  readonly hashes: ColumnFile;
  readonly from: number;
  readonly idCount: number;
  readonly memoryBytes: number;
}

/**
 * Writes the hash slots of one type, as many homes at a time as fit into memory, going through all hashes for each
 * part. Null when ids crowd so much that bisection is better. Yields now and then.
 */
export function* writeSlots(input: SlotsInput, sections: SectionWriter): Generator<void, SlotsEntry | null> {
  const homes = Math.ceil((input.idCount * HOMES_PER_THREE) / 3);
  const partHomes = Math.min(homes, Math.max(LEAST_HOMES, Math.floor(input.memoryBytes / 4)));
  const part = new SlotsPart(input.idCount, homes, partHomes);
  for (let first = 0; first < homes; first += partHomes) {
    part.begin(first);
    yield* fill(part, input);
    if (part.isCrowded) {
      sections.discard();
      return null;
    }
    const bytes = bytesOf(part.finished());
    sections.bytes(bytes, 0, bytes.length);
  }
  const { maxProbes, blockBits } = part;
  return { table: { ...sections.end(), count: homes + maxProbes, width: 4, base: 0 }, homes, maxProbes, blockBits };
}

function* fill(part: SlotsPart, { hashes, from, idCount }: SlotsInput): Generator<void> {
  const values = new Uint32Array(Math.min(CHUNK_VALUES, idCount));
  for (let done = 0; done < idCount; done += CHUNK_VALUES) {
    const count = Math.min(CHUNK_VALUES, idCount - done);
    hashes.read(values.subarray(0, count), from + done);
    for (let i = 0; i < count; i++) part.add(done + i, values[i] ?? 0);
    yield;
  }
}

/** The slots from one home to another, and those behind the last where its ids may end up. */
class SlotsPart {
  readonly blockBits: number;
  maxProbes = 1;
  isCrowded = false;
  readonly #homes: number;
  readonly #partHomes: number;
  readonly #slots: Uint32Array;
  #first = 0;
  #end = 0;

  constructor(idCount: number, homes: number, partHomes: number) {
    this.blockBits = 32 - Math.clz32(((idCount - 1) >>> BLOCK_SHIFT) + 1);
    this.#homes = homes;
    this.#partHomes = partHomes;
    this.#slots = new Uint32Array(partHomes + MAX_PROBES);
  }

  /** Starts the part at a home; ids pushed beyond the end of the part before are there already. */
  begin(first: number): void {
    if (first > 0) {
      this.#slots.copyWithin(0, this.#partHomes);
      this.#slots.fill(0, MAX_PROBES);
    }
    this.#first = first;
    this.#end = Math.min(first + this.#partHomes, this.#homes);
  }

  add(id: number, hash: number): void {
    const home = Math.floor((hash / 2 ** 32) * this.#homes);
    if (home < this.#first || home >= this.#end || this.isCrowded) return;
    const bits = this.blockBits;
    let at = home - this.#first;
    let probes = 1;
    while (this.#slots[at] !== 0) {
      if (probes === MAX_PROBES) {
        this.isCrowded = true;
        return;
      }
      at++;
      probes++;
    }
    // The multiplication keeps the product unsigned where a shift would not.
    this.#slots[at] = ((hash << bits) >>> bits) * 2 ** bits + (id >>> BLOCK_SHIFT) + 1;
    if (probes > this.maxProbes) this.maxProbes = probes;
  }

  /** The slots of this part that no later part can change. */
  finished(): Uint32Array {
    const last = this.#end === this.#homes;
    return this.#slots.subarray(0, this.#end - this.#first + (last ? this.maxProbes : 0));
  }
}
