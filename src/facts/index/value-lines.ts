import { keyedHash } from './keyed-hash.ts';
import type { TypeDictionary } from './type-dictionary.ts';

/** Types with so few ids have all their pieces kept once made; arbitrary. */
const MAX_KEPT = 4096;

/** Prints one column's part of canonical lines: `,"User","alice"`. */
export class ValueLines {
  /** The keyed hash of the id printed last. */
  hash = 0;
  readonly #head: Buffer;
  readonly #cursor;
  readonly #kept: ({ readonly bytes: Uint8Array; readonly hash: number } | undefined)[] | undefined;

  constructor(type: TypeDictionary) {
    this.#head = Buffer.from(`,${JSON.stringify(type.name)},"`);
    this.#cursor = type.cursor();
    this.#kept = type.idCount <= MAX_KEPT ? [] : undefined;
  }

  /** Writes the part for a dense id and returns its end. The target has room for the longest line. */
  print(id: number, target: Buffer, start: number): number {
    const kept = this.#kept?.[id];
    if (kept !== undefined) {
      this.hash = kept.hash;
      return copyInto(target, start, kept.bytes);
    }
    const cursor = this.#cursor;
    cursor.moveTo(id);
    this.hash = keyedHash(cursor.bytes, 0, cursor.length);
    const end = escapeInto(target, copyInto(target, start, this.#head), cursor.bytes, cursor.length);
    if (this.#kept) this.#kept[id] = { bytes: Uint8Array.from(target.subarray(start, end)), hash: this.hash };
    return end;
  }
}

/** For a few dozen bytes a loop beats the call into the platform. */
function copyInto(target: Uint8Array, start: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) target[start + i] = bytes[i] ?? 0;
  return start + bytes.length;
}

/** Writes bytes as the rest of a JSON string, as `JSON.stringify` would, and its closing quote; returns the end. */
function escapeInto(target: Buffer, start: number, source: Uint8Array, length: number): number {
  let at = start;
  for (let i = 0; i < length; i++) {
    const byte = source[i] ?? 0;
    if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) target[at++] = byte;
    else at += target.write(JSON.stringify(String.fromCharCode(byte)).slice(1, -1), at, 'latin1');
  }
  target[at++] = QUOTE;
  return at;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
