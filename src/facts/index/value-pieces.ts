import { BLOCK_IDS, BLOCK_SHIFT } from './format.ts';
import type { IdCursor } from './id-cursor.ts';
import { keyedHash } from './keyed-hash.ts';
import type { TypeDictionary } from './type-dictionary.ts';

/** Most room for what is kept: half a million values with short ids. Little is touched, but the engine counts it all. */
const MOST_ROOM_BYTES = 24 * 2 ** 20;

/** Before each kept piece: where its bytes end, from where they begin, and the hash of its id. */
const HEAD_BYTES = 8;

/** No block is larger: in names and ids of 512 bytes each byte may be written as `\u0000`. */
const MAX_BLOCK_BYTES = BLOCK_IDS * (HEAD_BYTES + 2 * 6 * 512 + 16);

/**
 * Values as they stand in canonical lines: `,"User","alice"`. Those that come again and again in no order are decoded a
 * block of ids at a time and kept, as far as there is room.
 */
export class ValuePieces {
  /** The keyed hash of the id printed last. */
  hash = 0;
  readonly #view: DataView;
  readonly #types: readonly TypePieces[];
  /**
   * Where a kept block begins in `view`, 0 for nowhere: by the number of the block, over all types. Its pieces lie
   * equally far apart: what a value needs is then in one place, and a miss of the cache costs more than the room.
   */
  readonly #blocks: Int32Array;
  readonly #strides: Int32Array;
  #used = FIRST_BYTE;
  /** A block on its way into what is kept: its pieces one behind the other, their ends and hashes. */
  readonly #printed = lineBytes(MAX_BLOCK_BYTES);
  readonly #ends = new Int32Array(BLOCK_IDS);
  readonly #hashes = new Int32Array(BLOCK_IDS);

  constructor(types: readonly TypeDictionary[]) {
    let blockCount = 0;
    this.#types = types.map((type) => {
      const firstBlock = blockCount;
      blockCount += Math.ceil(type.idCount / BLOCK_IDS);
      const head = Buffer.from(`,${JSON.stringify(type.name)},"`);
      return { head, cursor: type.cursor(), firstBlock, idCount: type.idCount };
    });
    this.#view = lineBytes(Math.min(MOST_ROOM_BYTES, (blockCount + 1) * MAX_BLOCK_BYTES)).view;
    this.#blocks = new Int32Array(blockCount);
    this.#strides = new Int32Array(blockCount);
  }

  /** Makes room for the values of other facts, if there is none. */
  makeRoom(): void {
    if (this.#hasRoom()) return;
    this.#blocks.fill(0);
    this.#used = FIRST_BYTE;
  }

  /** Prints a value: the number of its type, and its dense id. Neighbours after each other cost least. Returns where it ends. */
  print(number: number, id: number, target: LineBytes, at: number): number {
    const type = this.#types[number] as TypePieces;
    const end = printValue(type, id, target.bytes, at);
    this.hash = hashOf(type);
    return end;
  }

  /**
   * Keeps the blocks of values that may come again, as far as there is room, and tells where each value is kept, 0 for
   * nowhere. Nothing depends on a value before: so the processor fetches many of them at once, before they are printed.
   */
  find(number: number, { ids, places, lengths }: ValueBatch, count: number): void {
    const type = this.#types[number] as TypePieces;
    for (let i = 0; i < count; i++) {
      const id = ids[i] as number;
      const block = type.firstBlock + (id >>> BLOCK_SHIFT);
      let kept = this.#blocks[block] as number;
      if (kept === 0 && this.#hasRoom()) kept = this.#keep(type, block);
      places[i] = kept === 0 ? 0 : kept + (this.#strides[block] as number) * (id & (BLOCK_IDS - 1));
    }
    for (let i = 0; i < count; i++) lengths[i] = this.#view.getInt32(places[i] as number, true);
  }

  /** Prints the value that is kept at a place. */
  printKept(place: number, length: number, target: LineBytes, at: number): number {
    const view = this.#view;
    const start = place + HEAD_BYTES;
    this.hash = view.getInt32(place + 4, true);
    return copyWords(view, start, start + length, target.view, at);
  }

  #hasRoom(): boolean {
    return this.#used + MAX_BLOCK_BYTES <= this.#view.byteLength;
  }

  /** Returns where the block begins. */
  #keep(type: TypePieces, block: number): number {
    const first = (block - type.firstBlock) << BLOCK_SHIFT;
    const count = Math.min(BLOCK_IDS, type.idCount - first);
    const { bytes, view } = this.#printed;
    let longest = 0;
    for (let entry = 0, start = 0; entry < count; entry++) {
      const end = printValue(type, first + entry, bytes, start);
      this.#ends[entry] = end;
      this.#hashes[entry] = hashOf(type);
      longest = Math.max(longest, end - start);
      start = end;
    }
    // Whole words, and one for what is copied behind the end.
    const stride = (HEAD_BYTES + longest + 7) & ~3;
    const place = this.#used;
    for (let entry = 0, start = 0; entry < count; entry++) {
      const end = this.#ends[entry] as number;
      const head = place + entry * stride;
      this.#view.setInt32(head, end - start, true);
      this.#view.setInt32(head + 4, this.#hashes[entry] as number, true);
      copyWords(view, start, end, this.#view, head + HEAD_BYTES);
      start = end;
    }
    this.#used = place + count * stride;
    this.#blocks[block] = place;
    this.#strides[block] = stride;
    return place;
  }
}

/** Values of one type, by dense id, and where they are kept. */
export interface ValueBatch {
  readonly ids: Int32Array;
  /** 0 for a value that is not kept. */
  readonly places: Int32Array;
  /** Bytes of each one that is kept. */
  readonly lengths: Int32Array;
}

/** Bytes that lines are printed into. Up to three bytes are written behind what is printed. */
export interface LineBytes {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** Such bytes, all zero. */
export function lineBytes(length: number): LineBytes {
  const bytes = Buffer.alloc(length);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, length) };
}

/**
 * Copies the bytes from `start` to `end`, and up to three behind them; returns where they end. For a few dozen bytes
 * this beats the call into the platform.
 */
export function copyWords(from: DataView, start: number, end: number, to: DataView, target: number): number {
  const shift = target - start;
  for (let at = start; at < end; at += 4) to.setInt32(at + shift, from.getInt32(at, true), true);
  return end + shift;
}

interface TypePieces {
  /** What stands before the id. */
  readonly head: Buffer;
  readonly cursor: IdCursor;
  readonly firstBlock: number;
  readonly idCount: number;
}

/** Place 0 stands for nowhere. */
const FIRST_BYTE = 4;

function printValue({ head, cursor }: TypePieces, id: number, target: Buffer, start: number): number {
  cursor.moveTo(id);
  for (let i = 0; i < head.length; i++) target[start + i] = head[i] as number;
  return escapeInto(target, start + head.length, cursor);
}

function hashOf({ cursor }: TypePieces): number {
  return keyedHash(cursor.bytes, 0, cursor.length);
}

/** Writes bytes as the rest of a JSON string, as `JSON.stringify` would, and its closing quote; returns the end. */
function escapeInto(target: Buffer, start: number, { bytes, length }: IdCursor): number {
  let at = start;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] as number;
    if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) target[at++] = byte;
    else at += target.write(JSON.stringify(String.fromCharCode(byte)).slice(1, -1), at, 'latin1');
  }
  target[at++] = QUOTE;
  return at;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
