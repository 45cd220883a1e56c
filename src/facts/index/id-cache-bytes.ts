/** Sixteen thousand ids and a million. */
const LEAST_BYTES = 2 ** 20;
const MOST_BYTES = 64 * 2 ** 20;
/** Of the memory for the index. */
const SHARE = 16;
/** A place of the cache, twice, since an id that meets another at its place keeps it out, and again, to be rounded down. */
const BYTES_AN_ID = 4 * 68;

/**
 * Bytes for the cache of ids asked for, in each of some threads: a share of the memory, but no more than all ids can
 * use. What is allocated is often written whole, by the system, in the turn in which data are swapped.
 */
export function idCacheBytes(
  idCount: number,
  { memoryBytes, threads }: { readonly memoryBytes: number; readonly threads: number },
): number {
  const most = Math.min(MOST_BYTES / threads, memoryBytes / threads / SHARE, idCount * BYTES_AN_ID);
  return Math.max(LEAST_BYTES, Math.floor(most));
}
