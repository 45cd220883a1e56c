import { MAX_FACT_ARITY } from '../fact.ts';
import { combine, hashText } from './hash-id.ts';
import type { IndexReader } from './index-reader.ts';
import type { IndexRelation } from './index-relation.ts';
import { copyWords, type LineBytes, type ValueBatch, ValuePieces } from './value-pieces.ts';

/** Bytes of lines handed on at a time; arbitrary. */
const CHUNK_BYTES = 256 * 1024;

/** Above the longest line: eleven texts of 512 bytes, each byte written as `\u0000` at worst. */
const MAX_LINE_BYTES = 36 * 1024;

/** The canonical lines of all facts in canonical order, as bytes: no text is decoded into strings on the way. */
export class CanonicalLines implements Iterable<Uint8Array> {
  /** So far: facts, bytes, and the sum of the fingerprints of the facts modulo 2^32. */
  factCount = 0;
  lineBytes = 0;
  fingerprint = 0;
  readonly #reader: IndexReader;
  readonly #firstHandles: readonly number[];
  readonly #pieces: ValuePieces;
  /** Where lines are printed; the line before, or the beginning of all lines of its relation. */
  #chunk = newChunk();
  #used = 0;
  /** The chunk handed on last, when it may be printed into again. */
  #spare: LineBytes | undefined;
  readonly #reusesChunks: boolean;
  #before = this.#chunk;
  #beforeStart = 0;
  /** Where the part before each column ends in the line before, from its start, and the fingerprint of that part. */
  readonly #ends = new Int32Array(MAX_FACT_ARITY + 1);
  readonly #hashes = new Int32Array(MAX_FACT_ARITY + 1);

  /** `reusesChunks`: the reader is done with a chunk when it asks for the one after the next. */
  constructor(reader: IndexReader, { reusesChunks = false } = {}) {
    let first = 0;
    this.#reader = reader;
    this.#reusesChunks = reusesChunks;
    this.#pieces = new ValuePieces(reader.types);
    this.#firstHandles = reader.types.map(({ idCount }) => {
      first += idCount;
      return first - idCount;
    });
  }

  /** Each chunk ends with a whole line, and is a buffer of its own unless chunks are reused. */
  *[Symbol.iterator](): Iterator<Uint8Array> {
    for (const relation of this.#reader.relations) {
      const columns = this.#columnsOf(relation);
      this.#pieces.makeRoom();
      this.#beginRelation(relation);
      for (let from = 0; from < relation.rowCount; from += BATCH_ROWS) {
        const count = Math.min(BATCH_ROWS, relation.rowCount - from);
        this.#readRows(relation, { from, count }, columns);
        for (let row = 0; row < count; ) {
          if (this.#used > CHUNK_BYTES) yield this.#takeChunk();
          row = this.#printRows(row, count, columns);
        }
      }
    }
    if (this.#used > 0) yield this.#takeChunk();
  }

  #takeChunk(): Uint8Array {
    const taken = this.#chunk;
    const lines = taken.bytes.subarray(0, this.#used);
    this.#chunk = this.#spare ?? newChunk();
    // The next line is compared with the last one here.
    if (this.#reusesChunks) this.#spare = taken;
    this.#used = 0;
    return lines;
  }

  #columnsOf(relation: IndexRelation): readonly LineColumn[] {
    return relation.typeNumbers.map((type) => {
      const [ids, places, lengths] = [newNumbers(), newNumbers(), newNumbers()];
      return { type, firstHandle: this.#firstHandles[type] as number, ids, places, lengths, last: -1 };
    });
  }

  #readRows(
    { orders }: IndexRelation,
    rows: { readonly from: number; readonly count: number },
    columns: readonly LineColumn[],
  ): void {
    for (const [place, column] of columns.entries()) {
      const { ids, firstHandle, type } = column;
      orders[0]?.read(rows, place, ids);
      subtract(ids, rows.count, firstHandle);
      if (place > 0) this.#pieces.find(type, column, rows.count);
    }
  }

  #beginRelation({ predicate, types }: IndexRelation): void {
    const bytes = Buffer.alloc(MAX_LINE_BYTES);
    this.#ends[0] = bytes.write(`[${JSON.stringify(predicate)}`);
    this.#hashes[0] = hashText(JSON.stringify([predicate, ...types]));
    this.#before = { bytes, view: viewOf(bytes) };
    this.#beforeStart = 0;
  }

  /** Prints rows up to `end` as far as there is room, and returns the next one. */
  #printRows(first: number, end: number, columns: readonly LineColumn[]): number {
    let row = first;
    while (row < end && this.#used <= CHUNK_BYTES) this.#printRow(row++, columns);
    return row;
  }

  /** Copies what is as in the line before, and prints what differs. */
  #printRow(row: number, columns: readonly LineColumn[]): void {
    const start = this.#used;
    let same = 0;
    while (same < columns.length && columns[same]?.ids[row] === columns[same]?.last) same++;
    const { view, bytes } = this.#chunk;
    let end = copyWords(
      this.#before.view,
      this.#beforeStart,
      this.#beforeStart + (this.#ends[same] as number),
      view,
      start,
    );
    for (let place = same; place < columns.length; place++) {
      const column = columns[place] as LineColumn;
      end = this.#printValue(column, row, end);
      this.#ends[place + 1] = end - start;
      this.#hashes[place + 1] = combine(this.#hashes[place] as number, this.#pieces.hash);
    }
    bytes[end] = CLOSING_BRACKET;
    bytes[end + 1] = LINE_FEED;
    this.#used = end + 2;
    this.#before = this.#chunk;
    this.#beforeStart = start;
    this.factCount++;
    this.lineBytes += this.#used - start;
    this.fingerprint = (this.fingerprint + (this.#hashes[columns.length] as number)) | 0;
  }

  #printValue(column: LineColumn, row: number, at: number): number {
    const { type, ids, places, lengths } = column;
    const id = ids[row] as number;
    const place = places[row] as number;
    column.last = id;
    if (place === 0) return this.#pieces.print(type, id, this.#chunk, at);
    return this.#pieces.printKept(place, lengths[row] as number, this.#chunk, at);
  }
}

/** Rows are sorted by their first column, whose ids follow each other: they are not kept. */
interface LineColumn extends ValueBatch {
  /** Number of its type. */
  readonly type: number;
  readonly firstHandle: number;
  /** The id printed last. */
  last: number;
}

/** Rows looked at before they are printed: few enough that what they need stays in the nearest cache. */
const BATCH_ROWS = 128;

const newNumbers = () => new Int32Array(BATCH_ROWS);

function subtract(numbers: Int32Array, count: number, subtrahend: number): void {
  for (let i = 0; i < count; i++) numbers[i] = (numbers[i] as number) - subtrahend;
}

function newChunk(): LineBytes {
  const bytes = Buffer.allocUnsafe(CHUNK_BYTES + MAX_LINE_BYTES);
  return { bytes, view: viewOf(bytes) };
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

const CLOSING_BRACKET = 0x5d;
const LINE_FEED = 0x0a;
