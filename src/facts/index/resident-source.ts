import type { ByteSource } from './byte-source.ts';
import { type IndexBytes, readFully } from './index-bytes.ts';

/** The first `length` bytes of a file in one block of memory that threads can share. */
export class ResidentSource implements ByteSource {
  readonly bytes: Uint8Array;
  readonly length: number;

  constructor(file: IndexBytes, length: number) {
    this.length = length;
    this.bytes = new Uint8Array(new SharedArrayBuffer(length));
    for (let at = 0; at < length; at += READ_BYTES) {
      readFully(file, this.bytes.subarray(at, Math.min(at + READ_BYTES, length)), at);
    }
  }

  window(at: number): number {
    return at;
  }

  close(): void {}
}

/** One call to the system reads at most 2 GiB; arbitrary below that. */
const READ_BYTES = 64 * 2 ** 20;
