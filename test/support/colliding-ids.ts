import { hashText } from '../../src/facts/index/hash-id.ts';

/** Steps of the hash of an index file, and back: see hash-id.ts. */
const FACTOR = 0x9e37_79b1;

/**
 * Different ids of twelve ASCII characters with the same hash in an index file, as whoever knows that hash can make
 * them: after two words the state is known, and the third word is chosen so that all end in the same state.
 */
export function collidingIds(count: number): readonly string[] {
  const ids: string[] = [];
  for (let number = 0; ids.length < count; number++) {
    const start = number.toString(36).padStart(8, '0');
    const state = [start.slice(0, 4), start.slice(4)].reduce((hash, part) => step(hash ^ wordOf(part)), 12);
    const last = state ^ END;
    const bytes = [last, last >>> 8, last >>> 16, last >>> 24].map((byte) => byte & 255);
    if (bytes.every((byte) => byte < 0x80)) ids.push(start + String.fromCharCode(...bytes));
  }
  if (new Set(ids.slice(0, 1000).map(hashText)).size !== 1)
    throw new Error('the hash of index files is another one now');
  return ids;
}

/** Any state will do. */
const END = 0x1234_5678;

function step(state: number): number {
  const hash = Math.imul(state, FACTOR);
  return hash ^ (hash >>> 15);
}

function wordOf(text: string): number {
  return Buffer.from(text).readInt32LE();
}
