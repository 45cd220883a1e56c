import { randomFillSync } from 'node:crypto';
import { MAX_ID_BYTES } from '../fact.ts';

/** Pairs of bytes in the longest id. */
const MAX_PAIRS = MAX_ID_BYTES / 2;
const HIGH_HALF = 0xffff_0000;

/** Random numbers that nobody outside of this process knows: for each of two sums, one to begin with, one for the length, and one for each pair. */
const HIGH_KEYS = randomFillSync(new Int32Array(MAX_PAIRS + 2));
const LOW_KEYS = randomFillSync(new Int32Array(MAX_PAIRS + 2));

/**
 * A hash, an unsigned 32-bit integer, that differs from process to process: two ids have the same one with a chance of
 * 2^-32, however well they were chosen to collide. It is the multilinear family over pairs of bytes, whose high halves
 * are strongly universal (Lemire and Kaser, Strongly universal string hashing is fast, 2014), taken twice.
 */
export function keyedHash(bytes: Uint8Array, from: number, to: number): number {
  // The length makes ids differ that are equal but for NULs at their end.
  let high = ((HIGH_KEYS[0] as number) + Math.imul(HIGH_KEYS[1] as number, to - from)) | 0;
  let low = ((LOW_KEYS[0] as number) + Math.imul(LOW_KEYS[1] as number, to - from)) | 0;
  for (let at = from, pair = 2; at < to; at += 2, pair++) {
    const next = (bytes[at] as number) | (at + 1 < to ? (bytes[at + 1] as number) << 8 : 0);
    high = (high + Math.imul(HIGH_KEYS[pair] as number, next)) | 0;
    low = (low + Math.imul(LOW_KEYS[pair] as number, next)) | 0;
  }
  return ((high & HIGH_HALF) | (low >>> 16)) >>> 0;
}
