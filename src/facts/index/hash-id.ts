import { MAX_ID_BYTES } from '../fact.ts';

/** Room for the bytes of an id. */
export function idBuffer(): Buffer {
  return Buffer.alloc(MAX_ID_BYTES);
}

/**
 * Writes the UTF-8 bytes of an id and returns their number, or -1 when it is empty, longer than 512 bytes or not
 * well-formed: no fact can hold such an id. Ids are short, and for those a loop beats the call into the platform.
 */
export function encodeId(id: string, target: Uint8Array, at: number): number {
  const units = id.length;
  if (units === 0 || units > MAX_ID_BYTES) return -1;
  for (let i = 0; i < units; i++) {
    const unit = id.charCodeAt(i);
    if (unit >= 0x80) return encodeAny(id, target, at);
    target[at + i] = unit;
  }
  return units;
}

/** With the `u` flag pairs are one code point, so only lone surrogates match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

function encodeAny(id: string, target: Uint8Array, at: number): number {
  if (LONE_SURROGATE.test(id)) return -1;
  const bytes = Buffer.from(id);
  if (bytes.length > MAX_ID_BYTES) return -1;
  target.set(bytes, at);
  return bytes.length;
}

/** Hash of some bytes, an unsigned 32-bit integer whose high and low bits can be used alone. Part of the file format. */
export function hashBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = to - from;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    hash = Math.imul(hash ^ low ^ ((bytes[at + 2] as number) << 16) ^ ((bytes[at + 3] as number) << 24), 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  for (; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x0100_0193);
  return mix(hash) >>> 0;
}

/** {@link hashBytes} of the first bytes, faster: whole words at a time. The processors of the support matrix are little-endian. */
export function hashWords(
  { words, bytes }: { readonly words: Int32Array; readonly bytes: Uint8Array },
  length: number,
): number {
  let hash = length;
  const wordCount = length >>> 2;
  for (let at = 0; at < wordCount; at++) {
    hash = Math.imul(hash ^ (words[at] as number), 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  for (let at = wordCount * 4; at < length; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x0100_0193);
  return mix(hash) >>> 0;
}

/** One number out of two, order mattering: for the fingerprint of a fact out of its parts. */
export function combine(hash: number, next: number): number {
  return mix(Math.imul(hash, 31) ^ next) | 0;
}

/** Finalizer of MurmurHash3: every bit of the input reaches every bit of the output. */
function mix(input: number): number {
  let hash = input ^ (input >>> 16);
  hash = Math.imul(hash, 0x85eb_ca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}

/** {@link hashBytes} of a text of any length. */
export function hashText(text: string): number {
  const bytes = Buffer.from(text);
  return hashBytes(bytes, 0, bytes.length);
}
