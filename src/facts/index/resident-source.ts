import type { ByteSource } from './byte-source.ts';
import { type IndexBytes, readFully } from './index-bytes.ts';

/** The first bytes of a file in one block of memory, which any number of threads can read. */
export class ResidentSource implements ByteSource {
  readonly memory: SharedArrayBuffer;
  readonly bytes: Uint8Array;
  readonly length: number;

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.bytes = new Uint8Array(memory);
    this.length = memory.byteLength;
  }

  window(at: number): number {
    return at;
  }

  close(): void {}
}

/** Reads the first `length` bytes of a file into memory. */
export function readResident(file: IndexBytes, length: number): ResidentSource {
  const source = new ResidentSource(new SharedArrayBuffer(length));
  for (let at = 0; at < length; at += READ_BYTES) {
    readFully(file, source.bytes.subarray(at, Math.min(at + READ_BYTES, length)), at);
  }
  return source;
}

/** One call to the system reads at most 2 GiB; arbitrary below that. */
const READ_BYTES = 64 * 2 ** 20;
