import { MAX_FACT_ARITY } from '../fact.ts';
import { combine, hashText } from './hash-id.ts';
import type { IndexReader } from './index-reader.ts';
import type { IndexRelation } from './index-relation.ts';
import { ValueLines } from './value-lines.ts';

/** Bytes of lines handed on at a time, at least the longest line; arbitrary beyond that. */
const CHUNK_BYTES = 256 * 1024;

/** The canonical lines of all facts in canonical order, as bytes: no text is decoded into strings on the way. */
export class CanonicalLines implements Iterable<Uint8Array> {
  /** So far: facts, bytes, and the sum of the fingerprints of the facts modulo 2^32. */
  factCount = 0;
  lineBytes = 0;
  fingerprint = 0;
  readonly #reader: IndexReader;
  readonly #firstHandles: readonly number[];
  /** The current line; where the part before each column ends in it, and the fingerprint of that part. */
  readonly #line = Buffer.alloc(CHUNK_BYTES);
  readonly #ends = new Int32Array(MAX_FACT_ARITY + 1);
  readonly #hashes = new Int32Array(MAX_FACT_ARITY + 1);

  constructor(reader: IndexReader) {
    let first = 0;
    this.#reader = reader;
    this.#firstHandles = reader.types.map(({ idCount }) => {
      first += idCount;
      return first - idCount;
    });
  }

  /** Each chunk is a buffer of its own and ends with a whole line. */
  *[Symbol.iterator](): Iterator<Uint8Array> {
    let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let used = 0;
    for (const relation of this.#reader.relations) {
      const columns = this.#columnsOf(relation);
      this.#beginRelation(relation);
      for (let row = 0; row < relation.rowCount; row++) {
        const length = this.#printRow(relation, row, columns);
        if (used + length > CHUNK_BYTES) {
          yield chunk.subarray(0, used);
          chunk = Buffer.allocUnsafe(CHUNK_BYTES);
          used = 0;
        }
        used += this.#line.copy(chunk, used, 0, length);
      }
    }
    if (used > 0) yield chunk.subarray(0, used);
  }

  #columnsOf(relation: IndexRelation): readonly LineColumn[] {
    return relation.types.map((name) => {
      const number = this.#reader.types.findIndex((type) => type.name === name);
      const type = this.#reader.types[number];
      if (type === undefined) throw new Error('a relation has a type that its index has not');
      return { lines: new ValueLines(type), firstHandle: this.#firstHandles[number] ?? 0, last: -1 };
    });
  }

  #beginRelation({ predicate, types }: IndexRelation): void {
    this.#ends[0] = this.#line.write(`[${JSON.stringify(predicate)}`);
    this.#hashes[0] = hashText(JSON.stringify([predicate, ...types]));
  }

  /** Prints what differs from the line before; returns the length of the line. */
  #printRow(relation: IndexRelation, row: number, columns: readonly LineColumn[]): number {
    const order = relation.orders[0];
    let isSame = true;
    for (let place = 0; place < columns.length; place++) {
      const column = columns[place];
      const handle = order?.get(row, place) ?? 0;
      if (column === undefined || (isSame && column.last === handle)) continue;
      isSame = false;
      column.last = handle;
      this.#printValue(column, place);
    }
    const end = this.#ends[columns.length] ?? 0;
    this.#line[end] = CLOSING_BRACKET;
    this.#line[end + 1] = LINE_FEED;
    this.factCount++;
    this.lineBytes += end + 2;
    this.fingerprint = (this.fingerprint + (this.#hashes[columns.length] ?? 0)) | 0;
    return end + 2;
  }

  #printValue(column: LineColumn, place: number): void {
    const { lines } = column;
    this.#ends[place + 1] = lines.print(column.last - column.firstHandle, this.#line, this.#ends[place] ?? 0);
    this.#hashes[place + 1] = combine(this.#hashes[place] ?? 0, lines.hash);
  }
}

interface LineColumn {
  readonly lines: ValueLines;
  readonly firstHandle: number;
  /** The handle printed last. */
  last: number;
}

const CLOSING_BRACKET = 0x5d;
const LINE_FEED = 0x0a;
