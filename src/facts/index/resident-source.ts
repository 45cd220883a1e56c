import { type ByteSource, closedWindow } from './byte-source.ts';
import { dropShared } from './collect-garbage.ts';

/** The first bytes of a file in one block of memory, which any number of threads can read. */
export class ResidentSource implements ByteSource {
  readonly length: number;
  memory: SharedArrayBuffer;
  bytes: Uint8Array;
  /** For all indexes, see `dropShared`. */
  readonly memoryBytes: number;

  constructor(memory: SharedArrayBuffer, memoryBytes: number) {
    this.memory = memory;
    this.memoryBytes = memoryBytes;
    this.bytes = new Uint8Array(memory);
    this.length = memory.byteLength;
  }

  window(at: number): number {
    return at;
  }

  /** Lets go of the memory: it is free as soon as no other thread holds it. */
  close(): void {
    dropShared(this.memory, this.memoryBytes);
    this.memory = new SharedArrayBuffer(0);
    this.bytes = new Uint8Array(this.memory);
    this.window = closedWindow;
  }
}
