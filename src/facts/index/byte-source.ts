import { constants } from 'node:buffer';

/** What lies in memory lies in one array, and Node.js 20 makes none of more than 4 GiB. */
export const MAX_ARRAY_BYTES = constants.MAX_LENGTH;

/** Most bytes that one window may ask for: a block of sixteen ids of 512 bytes with their tokens, rounded up. */
export const MAX_WINDOW_BYTES = 16 * 1024;

/** The bytes of an index file, in memory or behind a cache: readers cannot tell. */
export interface ByteSource {
  /** Bytes of the file that can be asked for. */
  readonly length: number;
  /** Where windows lie. */
  readonly bytes: Uint8Array;
  /**
   * Where in `bytes` the file's bytes from `at` on lie, `length` of them in a row. They stay there until the next call.
   * The caller has checked that they are inside the file, and asks for at most MAX_WINDOW_BYTES.
   */
  window(at: number, length: number): number;
  close(): void;
}

/** Takes the place of `window` when a source is closed: zeros are values too, and a descriptor may be another file's. */
export function closedWindow(): never {
  throw new Error('the index is closed');
}
