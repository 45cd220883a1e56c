import { BLOCK_IDS, BLOCK_SHIFT } from './format.ts';
import type { IdCursor } from './id-cursor.ts';
import { keyedHash } from './keyed-hash.ts';
import type { TypeDictionary } from './type-dictionary.ts';

/** Room for what is kept: half a million values with short ids. Memory that is never touched costs nothing. */
const ROOM_BYTES = 24 * 2 ** 20;

/** Where the pieces of a block begin and the last one ends, then their hashes; the pieces follow. */
const STARTS = BLOCK_IDS + 1;
const HEAD_BYTES = 4 * (STARTS + BLOCK_IDS);

/** No block is larger: in names and ids of 512 bytes each byte may be written as `\u0000`. */
const MAX_BLOCK_BYTES = HEAD_BYTES + BLOCK_IDS * (2 * 6 * 512 + 8);

/**
 * Values as they stand in canonical lines: `,"User","alice"`. Those that come again and again in no order are decoded a
 * block of ids at a time and kept, as far as there is room.
 */
export class ValuePieces {
  /** The keyed hash of the id printed last. */
  hash = 0;
  readonly #view: DataView;
  readonly #bytes = Buffer.alloc(ROOM_BYTES);
  readonly #types: readonly TypePieces[];
  /** Where a kept block begins in `view`, 0 for nowhere: by the number of the block, over all types. */
  readonly #blocks: Int32Array;
  #used = FIRST_BYTE;

  constructor(types: readonly TypeDictionary[]) {
    let blockCount = 0;
    this.#types = types.map((type) => {
      const firstBlock = blockCount;
      blockCount += Math.ceil(type.idCount / BLOCK_IDS);
      const head = Buffer.from(`,${JSON.stringify(type.name)},"`);
      return { head, cursor: type.cursor(), firstBlock, idCount: type.idCount };
    });
    this.#blocks = new Int32Array(blockCount);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, ROOM_BYTES);
  }

  /** Makes room for the values of other facts, if there is none. */
  makeRoom(): void {
    if (this.#hasRoom()) return;
    this.#blocks.fill(0);
    this.#used = FIRST_BYTE;
  }

  /** Prints a value whose neighbours come next: the number of its type, and its dense id. Returns where it ends. */
  printNext(number: number, id: number, target: LineBytes, at: number): number {
    const type = this.#typeOf(number);
    const end = printValue(type, id, target.bytes, at);
    this.hash = hashOf(type);
    return end;
  }

  /** Prints a value that may come again. */
  print(number: number, id: number, target: LineBytes, at: number): number {
    const type = this.#typeOf(number);
    const block = id >>> BLOCK_SHIFT;
    const known = this.#blocks[type.firstBlock + block] ?? 0;
    if (known === 0 && !this.#hasRoom()) return this.printNext(number, id, target, at);
    const place = (known || this.#keep(type, block)) + 4 * (id & (BLOCK_IDS - 1));
    this.hash = this.#view.getInt32(place + 4 * STARTS, true);
    return copyWords(
      this.#view,
      this.#view.getInt32(place, true),
      this.#view.getInt32(place + 4, true),
      target.view,
      at,
    );
  }

  #typeOf(number: number): TypePieces {
    const type = this.#types[number];
    if (type === undefined) throw new Error(`there is no type ${number}`);
    return type;
  }

  #hasRoom(): boolean {
    return this.#used + MAX_BLOCK_BYTES <= ROOM_BYTES;
  }

  /** Returns where the block begins. */
  #keep(type: TypePieces, block: number): number {
    const at = this.#used;
    let end = at + HEAD_BYTES;
    const first = block << BLOCK_SHIFT;
    const count = Math.min(BLOCK_IDS, type.idCount - first);
    for (let entry = 0; entry < count; entry++) {
      this.#view.setInt32(at + 4 * entry, end, true);
      end = printValue(type, first + entry, this.#bytes, end);
      this.#view.setInt32(at + 4 * (STARTS + entry), hashOf(type), true);
    }
    this.#view.setInt32(at + 4 * count, end, true);
    this.#blocks[type.firstBlock + block] = at;
    this.#used = end;
    return at;
  }
}

/** Bytes that lines are printed into. Up to three bytes are written behind what is printed. */
export interface LineBytes {
  readonly bytes: Buffer;
  readonly view: DataView;
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
  for (let i = 0; i < head.length; i++) target[start + i] = head[i] ?? 0;
  return escapeInto(target, start + head.length, cursor);
}

function hashOf({ cursor }: TypePieces): number {
  return keyedHash(cursor.bytes, 0, cursor.length);
}

/** Writes bytes as the rest of a JSON string, as `JSON.stringify` would, and its closing quote; returns the end. */
function escapeInto(target: Buffer, start: number, { bytes, length }: IdCursor): number {
  let at = start;
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) target[at++] = byte;
    else at += target.write(JSON.stringify(String.fromCharCode(byte)).slice(1, -1), at, 'latin1');
  }
  target[at++] = QUOTE;
  return at;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
