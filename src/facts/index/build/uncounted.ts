/**
 * So many zero bytes to work with, of which a small build touches few. Shared, because the engine does not count shared
 * memory: for hundreds of megabytes that it counts it collects all garbage several times. Whoever is done with much of it
 * says so: see `collectGarbageSoon`.
 */
export function uncounted(sizeBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(sizeBytes);
}
