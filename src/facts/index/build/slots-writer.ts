import { OsoError } from '../../../errors/oso-error.ts';
import type { SlotsEntry } from '../directory.ts';
import { BLOCK_SHIFT, HOMES_PER_THREE, MAX_PROBES } from '../format.ts';
import type { ColumnFile } from './column-file.ts';
import type { SectionWriter } from './section-writer.ts';
import { bytesOf } from './spill-file.ts';

/** Hashes read at a time. */
const CHUNK_VALUES = 16_384;
const LEAST_HOMES = 4096;
/** Memory for a slot while it is made, rounded up. */
const SLOT_BYTES = 16;

export interface SlotsInput {
  /** The hashes of the ids of this type, in order, begin at `from`. */
  readonly hashes: ColumnFile;
  readonly from: number;
  readonly idCount: number;
  /** Their sum modulo 2^32 as they were written. */
  readonly hashSum: number;
  readonly memoryBytes: number;
}

/**
 * Writes the hash slots of one type, as many homes at a time as fit into memory, going through all hashes for each
 * part. Null when ids crowd so much that bisection is better. Throws INDEX_INVALID when the hashes are not read as they
 * were written: nothing else would tell. Yields now and then.
 */
export function* writeSlots(input: SlotsInput, sections: SectionWriter): Generator<void, SlotsEntry | null> {
  const homes = Math.ceil((input.idCount * HOMES_PER_THREE) / 3);
  const partHomes = Math.min(homes, Math.max(LEAST_HOMES, Math.floor(input.memoryBytes / SLOT_BYTES)));
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

function* fill(part: SlotsPart, { hashes, from, idCount, hashSum }: SlotsInput): Generator<void> {
  let sum = 0;
  const values = new Uint32Array(Math.min(CHUNK_VALUES, idCount));
  for (let done = 0; done < idCount; done += CHUNK_VALUES) {
    const count = Math.min(CHUNK_VALUES, idCount - done);
    hashes.read(values.subarray(0, count), from + done);
    sum = (sum + part.add(values, done, count)) | 0;
    yield;
  }
  if (sum !== hashSum) throw new OsoError('INDEX_INVALID', 'the hashes of ids were read other than they were written');
}

/**
 * The slots from one home to another, and those behind the last where its ids may end up. Ids lie sorted by home, then
 * id, so that the slots are the same however many the parts: one that comes earlier takes the slot, and the other moves on.
 */
class SlotsPart {
  readonly blockBits: number;
  maxProbes = 1;
  isCrowded = false;
  /** What a mark is multiplied by to stand above a block number: a shift would not keep the product unsigned. */
  readonly #markUnit: number;
  readonly #homes: number;
  readonly #partHomes: number;
  readonly #slots: Uint32Array;
  /** Of the id in each slot: its home, and itself. */
  readonly #homeOf: Uint32Array;
  readonly #idOf: Uint32Array;
  #first = 0;
  #end = 0;

  constructor(idCount: number, homes: number, partHomes: number) {
    const slotCount = partHomes + MAX_PROBES;
    this.blockBits = 32 - Math.clz32(((idCount - 1) >>> BLOCK_SHIFT) + 1);
    this.#markUnit = 2 ** this.blockBits;
    this.#homes = homes;
    this.#partHomes = partHomes;
    this.#slots = new Uint32Array(slotCount);
    this.#homeOf = new Uint32Array(slotCount);
    this.#idOf = new Uint32Array(slotCount);
  }

  /** Starts the part at a home; ids pushed beyond the end of the part before are there already. */
  begin(first: number): void {
    if (first > 0) {
      for (const array of [this.#slots, this.#homeOf, this.#idOf]) array.copyWithin(0, this.#partHomes);
      this.#slots.fill(0, MAX_PROBES);
    }
    this.#first = first;
    this.#end = Math.min(first + this.#partHomes, this.#homes);
  }

  /** Adds ids that follow each other from `first` on, by their hashes. Returns the sum of these modulo 2^32. */
  add(hashes: Uint32Array, first: number, count: number): number {
    const bits = this.blockBits;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i] as number;
      sum = (sum + hash) | 0;
      const home = Math.floor((hash / 2 ** 32) * this.#homes);
      if (home < this.#first || home >= this.#end || this.isCrowded) continue;
      const id = first + i;
      this.#put(home, id, ((hash << bits) >>> bits) * this.#markUnit + (id >>> BLOCK_SHIFT) + 1);
    }
    return sum;
  }

  #put(newHome: number, newId: number, newSlot: number): void {
    let home = newHome;
    let id = newId;
    let slot = newSlot;
    const from = newHome - this.#first;
    for (let at = from; at < from + MAX_PROBES; at++) {
      if (this.#comesBefore(at, home, id)) continue;
      const otherHome = this.#homeOf[at] as number;
      const otherId = this.#idOf[at] as number;
      const otherSlot = this.#slots[at] as number;
      this.maxProbes = Math.max(this.maxProbes, this.#first + at - home + 1);
      this.#slots[at] = slot;
      this.#homeOf[at] = home;
      this.#idOf[at] = id;
      if (otherSlot === 0) return;
      home = otherHome;
      id = otherId;
      slot = otherSlot;
    }
    this.isCrowded = true;
  }

  /** Whether a slot is taken by an id that comes before this one. */
  #comesBefore(at: number, home: number, id: number): boolean {
    const otherHome = this.#homeOf[at] as number;
    return this.#slots[at] !== 0 && (otherHome < home || (otherHome === home && (this.#idOf[at] as number) < id));
  }

  /** The slots of this part that no later part can change. */
  finished(): Uint32Array {
    const last = this.#end === this.#homes;
    return this.#slots.subarray(0, this.#end - this.#first + (last ? this.maxProbes : 0));
  }
}
