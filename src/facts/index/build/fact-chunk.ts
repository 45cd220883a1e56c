import { type Fact, MAX_FACT_ARITY, type Value } from '../../fact.ts';
import type { FactSink, NextFact } from '../../fact-sink.ts';
import { combine } from '../hash-id.ts';
import { ChunkIds, MAX_CHUNK_IDS } from './chunk-ids.ts';
import type { NumberedSignature, SignatureTable } from './signature-table.ts';
import { sortIds } from './sort-ids.ts';
import { bytesOf } from './spill-file.ts';
import { SpillWriter } from './spill-writer.ts';
import type { Spills } from './spills.ts';
import { uncounted } from './uncounted.ts';

/** Words of a row before its ids: signature and fingerprint. */
const ROW_HEAD = 2;

/**
 * As many facts as fit into memory: their distinct ids, and a row for each fact. Of every 16 bytes of memory four hold
 * texts, seven serve the numbers of ids with the room to sort them (some 60 bytes an id), and five hold rows: as it fits
 * ids as long as UUIDs, each in some two facts.
 */
export class FactChunk implements FactSink {
  readonly #ids: ChunkIds;
  readonly #rows: Uint32Array;
  readonly #spills: Spills;
  readonly #signatures: SignatureTable;
  /** That of the fact before. */
  #signature: NumberedSignature | undefined;
  /** By column, the id of the fact before, its number and its hash. Equal values are often the same object. */
  readonly #lastValues: (Value | undefined)[] = [];
  readonly #lastNumbers = new Uint32Array(MAX_FACT_ARITY);
  readonly #lastHashes = new Uint32Array(MAX_FACT_ARITY);
  #usedWords = 0;
  #rowCount = 0;
  #chunkCount = 0;

  constructor(memoryBytes: number, spills: Spills, signatures: SignatureTable) {
    const sixteenth = Math.max(memoryBytes, LEAST_MEMORY_BYTES) / 16;
    const idCapacity = Math.min(MAX_CHUNK_IDS, Math.floor((sixteenth * 7) / 60));
    this.#ids = new ChunkIds(idCapacity, Math.floor(sixteenth * 4));
    this.#rows = new Uint32Array(uncounted(Math.floor((sixteenth * 5) / 4) * 4));
    this.#spills = spills;
    this.#signatures = signatures;
  }

  /** Spills first when there is no room. */
  add(fact: Fact): void {
    this.#makeRoom();
    const signature = this.#signatures.of(fact);
    for (let column = 0; column < fact.args.length; column++) {
      const value = fact.args[column] as Value;
      if (value === this.#lastValues[column]) continue;
      this.#takeId(column, this.#ids.add(signature.typeNumbers[column] as number, value.id));
      this.#lastValues[column] = value;
    }
    this.#addRow(signature);
  }

  /** Spills first when there is no room. */
  addNext({ differs, bytes, start, starts, ends }: NextFact): void {
    this.#makeRoom();
    const signature = this.#signature as NumberedSignature;
    const { typeNumbers } = signature;
    for (let column = 0; column < typeNumbers.length; column++) {
      if ((differs & (1 << column)) === 0) continue;
      const [from, to] = [start + (starts[column] as number), start + (ends[column] as number)];
      this.#takeId(column, this.#ids.addBytes(typeNumbers[column] as number, bytes, from, to));
      this.#lastValues[column] = undefined;
    }
    this.#addRow(signature);
  }

  #makeRoom(): void {
    const hasRoom = this.#usedWords + ROW_HEAD + MAX_FACT_ARITY <= this.#rows.length;
    if (hasRoom && this.#ids.hasRoom(MAX_FACT_ARITY)) return;
    this.spill();
    this.#startAnew();
  }

  /** The id that was added last is that of a column. */
  #takeId(column: number, number: number): void {
    this.#lastNumbers[column] = number;
    this.#lastHashes[column] = this.#ids.lastHash;
  }

  /** Adds a row of the last ids. */
  #addRow(signature: NumberedSignature): void {
    const at = this.#usedWords;
    const arity = signature.types.length;
    let fingerprint = signature.hash;
    for (let column = 0; column < arity; column++) {
      fingerprint = combine(fingerprint, this.#lastHashes[column] as number);
      this.#rows[at + ROW_HEAD + column] = this.#lastNumbers[column] as number;
    }
    this.#rows[at] = signature.number;
    this.#rows[at + 1] = fingerprint;
    this.#usedWords = at + ROW_HEAD + arity;
    this.#rowCount++;
    this.#spills.factCount++;
    this.#spills.fingerprint = (this.#spills.fingerprint + fingerprint) | 0;
    this.#arities[signature.number] = arity;
    this.#signature = signature;
  }

  /** Arity by signature number. */
  readonly #arities: number[] = [];

  /** Writes out what is there. Nothing can be added after it: emptying the memory would take longer than few facts. */
  spill(): void {
    if (this.#rowCount === 0) return;
    const ranks = this.#spillIds();
    this.#spillRows(ranks);
    this.#chunkCount++;
  }

  /** With the ids of the last fact: the next one may have some of them. */
  #startAnew(): void {
    const lastIds = this.#lastIds();
    this.#ids.clear();
    this.#lastValues.length = lastIds.length;
    for (const [column, { type, bytes }] of lastIds.entries()) {
      this.#takeId(column, this.#ids.addBytes(type, bytes, 0, bytes.length));
    }
    this.#usedWords = 0;
    this.#rowCount = 0;
  }

  #lastIds(): readonly { readonly type: number; readonly bytes: Uint8Array }[] {
    const { bytes, starts, lengths } = this.#ids;
    const { typeNumbers } = this.#signature as NumberedSignature;
    return typeNumbers.map((type, column) => {
      const number = this.#lastNumbers[column] as number;
      const start = starts[number] as number;
      return { type, bytes: bytes.slice(start, start + (lengths[number] as number)) };
    });
  }

  /** Returns the place of each id among the sorted ids of its type. */
  #spillIds(): Uint32Array {
    const { types, count } = this.#ids;
    const ranks = new Uint32Array(count);
    const writer = new SpillWriter(this.#spills.ids);
    for (const { number, order } of groupByNumber(types, identity(count))) {
      sortIds(this.#ids, order);
      const at = writer.at;
      for (let done = 0; done < order.length; done += BLOCK_IDS) {
        writer.texts(this.#ids, order.subarray(done, done + BLOCK_IDS));
      }
      invert(order, ranks);
      const sizeBytes = writer.at - at;
      this.#spills.idRuns.push({ chunk: this.#chunkCount, type: number, at, sizeBytes, count: order.length });
    }
    writer.flush();
    return ranks;
  }

  #spillRows(ranks: Uint32Array): void {
    const { rows: file, rowRuns } = this.#spills;
    for (const { number, order } of groupByNumber(this.#rows, this.#rowStarts())) {
      rowRuns.push({ chunk: this.#chunkCount, signature: number, at: file.sizeBytes, count: order.length });
      const arity = this.#arities[number] as number;
      const block = new Uint32Array(Math.min(BLOCK_ROWS, order.length) * (arity + 1));
      for (let done = 0; done < order.length; done += BLOCK_ROWS) {
        const starts = order.subarray(done, done + BLOCK_ROWS);
        this.#rankRows(starts, arity, ranks, block);
        file.append(bytesOf(block.subarray(0, starts.length * (arity + 1))));
      }
    }
  }

  #rowStarts(): Uint32Array {
    const starts = new Uint32Array(this.#rowCount);
    const rows = this.#rows;
    const arities = this.#arities;
    for (let row = 0, at = 0; row < starts.length; row++) {
      starts[row] = at;
      at += ROW_HEAD + (arities[rows[at] as number] as number);
    }
    return starts;
  }

  /** Writes rows to a block as they are spilled: the place of each id, and the fingerprint. */
  #rankRows(starts: Uint32Array, arity: number, ranks: Uint32Array, block: Uint32Array): void {
    const rows = this.#rows;
    let to = 0;
    for (let row = 0; row < starts.length; row++) {
      const at = starts[row] as number;
      const end = at + ROW_HEAD + arity;
      for (let from = at + ROW_HEAD; from < end; from++) block[to++] = ranks[rows[from] as number] as number;
      block[to++] = rows[at + 1] as number;
    }
  }
}

/** Ids and rows written to disk at a time; arbitrary. */
const BLOCK_IDS = 4096;
const BLOCK_ROWS = 4096;

/** A chunk must hold some facts of the longest ids. */
const LEAST_MEMORY_BYTES = 256 * 1024;

interface Group {
  readonly number: number;
  /** The places of the group, in the order in which they came. */
  readonly order: Uint32Array;
}

/** Places by the small number that stands at each; a counting sort. */
function groupByNumber(numbers: Uint32Array, places: Uint32Array): readonly Group[] {
  const counts: number[] = [];
  for (let i = 0; i < places.length; i++) {
    const number = numbers[places[i] as number] as number;
    while (counts.length <= number) counts.push(0);
    counts[number] = (counts[number] as number) + 1;
  }
  const sorted = new Uint32Array(places.length);
  const ends: number[] = [];
  let end = 0;
  for (const size of counts) {
    ends.push(end);
    end += size;
  }
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    const number = numbers[place] as number;
    const at = ends[number] as number;
    sorted[at] = place;
    ends[number] = at + 1;
  }
  return counts
    .map((size, number) => ({ number, order: sorted.subarray((ends[number] as number) - size, ends[number]) }))
    .filter(({ order }) => order.length > 0);
}

/** Writes the place of each number. */
function invert(order: Uint32Array, places: Uint32Array): void {
  for (let place = 0; place < order.length; place++) places[order[place] as number] = place;
}

/** 0 … count - 1. */
function identity(count: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let number = 0; number < count; number++) numbers[number] = number;
  return numbers;
}
