import type { IdKey } from './id-key.ts';

/** Bytes of a place: one line of the processor's cache. */
const PLACE_BYTES = 64;
const PLACE_WORDS = PLACE_BYTES / 4;
/** Words of a place. */
const HANDLE = 0;
const TYPE_AND_LENGTH = 1;
const ID = 2;
/** Longer ids are not kept: their length would reach into the type. */
const MAX_KEPT_BYTES = PLACE_BYTES - 4 * ID;
/** A length takes six bits. */
const LENGTH_SPAN = 64;

/** Types that are given numbers in one cache: with a length they fit into a word. */
const MOST_TYPES = 2 ** 24;

/** What is said of an id that the cache does not hold. */
export const NOT_KEPT = -2;

/**
 * Remembers the handles of ids that were asked for before, -1 included, in a fixed number of bytes. An id has one place,
 * and takes it when it is asked for twice in a row there: questions that never come again cost no more than a look at
 * the last hash of the place. Whole ids are compared, so an answer is never wrong.
 */
export class HandleCache {
  readonly #mask: number;
  /** By place, the hash of the id asked for last. */
  readonly #lastHashes: Int32Array;
  readonly #words: Int32Array;
  #typesGiven = 0;

  /** `sizeBytes` is rounded down to a power of two of places, at least one. */
  constructor(sizeBytes: number) {
    const places = placesIn(sizeBytes);
    this.#mask = places - 1;
    this.#lastHashes = new Int32Array(places);
    this.#words = new Int32Array(places * PLACE_WORDS);
  }

  /** Whether it may serve one more index, of so many types and with so many bytes for its ids. */
  suits(sizeBytes: number, typeCount: number): boolean {
    return placesIn(sizeBytes) === this.#mask + 1 && this.#typesGiven + typeCount <= MOST_TYPES;
  }

  /** The first of so many numbers for types that nothing kept has. */
  giveTypes(typeCount: number): number {
    const first = this.#typesGiven;
    this.#typesGiven += typeCount;
    return first;
  }

  /** The handle kept for a key, -1 when no fact mentions it, `NOT_KEPT` when its place does not hold it. */
  find(key: IdKey): number {
    if (key.length > MAX_KEPT_BYTES) return NOT_KEPT;
    const place = key.hash & this.#mask;
    if (this.#lastHashes[place] !== (key.hash | 0)) return NOT_KEPT;
    const at = place * PLACE_WORDS;
    const words = this.#words;
    if (words[at + TYPE_AND_LENGTH] !== typeAndLength(key)) return NOT_KEPT;
    const id = key.words;
    for (let word = 0; word * 4 < key.length; word++) if (words[at + ID + word] !== id[word]) return NOT_KEPT;
    return words[at + HANDLE] as number;
  }

  /** To be called when `find` did not know the key. */
  add(key: IdKey, handle: number): void {
    if (key.length > MAX_KEPT_BYTES) return;
    const place = key.hash & this.#mask;
    if (this.#lastHashes[place] !== (key.hash | 0)) {
      this.#lastHashes[place] = key.hash;
      return;
    }
    const at = place * PLACE_WORDS;
    const words = this.#words;
    words[at + HANDLE] = handle;
    words[at + TYPE_AND_LENGTH] = typeAndLength(key);
    for (let word = 0; word * 4 < key.length; word++) words[at + ID + word] = key.words[word] as number;
  }
}

/** The cache of the index that this thread opened last. */
let latest: HandleCache | undefined;

/**
 * A cache for an index. Those of one size that a thread opens one after the other share it: tens of megabytes that are
 * new with every swap make the engine collect all garbage several times. Each index takes numbers for its types from it
 * (`giveTypes`), so what was kept for another is nothing to it.
 */
export function handleCacheFor(sizeBytes: number, typeCount: number): HandleCache {
  if (!latest?.suits(sizeBytes, typeCount)) latest = new HandleCache(sizeBytes);
  return latest;
}

function placesIn(sizeBytes: number): number {
  return 2 ** Math.floor(Math.log2(Math.max(1, sizeBytes / (PLACE_BYTES + 4))));
}

/** Never 0, which stands in places that hold nothing: an id is not empty. */
function typeAndLength({ type, length }: IdKey): number {
  return type * LENGTH_SPAN + length;
}
