import type { Writable } from 'node:stream';

/** A stream that may be a terminal. */
export interface Terminal extends Writable {
  readonly isTTY?: boolean | undefined;
  /** Zero when nobody has told the terminal its width. */
  readonly columns?: number | undefined;
}
