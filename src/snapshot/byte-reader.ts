import { FaultFound } from './fault.ts';
import { Decompressor } from './zstd.ts';

/** Reads unpacked bytes by exact lengths. Throws FaultFound where they are too few, and what a Decompressor throws. */
export class ByteReader {
  readonly #source: Decompressor;

  /** Of a frame that unpacks to at most `maxBytes`. */
  constructor(packed: AsyncIterable<Buffer>, maxBytes: number) {
    this.#source = new Decompressor(packed, maxBytes);
  }

  /** The next bytes. Meant for small lengths. */
  async take(length: number): Promise<Buffer> {
    const taken = Buffer.alloc(length);
    await this.fill(taken);
    return taken;
  }

  /** Writes the next bytes to where they are needed. */
  async fill(target: Buffer): Promise<void> {
    if ((await this.#source.read(target)) < target.length) {
      throw new FaultFound('archive', 'its tar ends too early');
    }
  }

  /** Reads on to make sure that there is nothing more. */
  async expectEnd(): Promise<void> {
    if ((await this.#source.read(Buffer.alloc(1))) > 0) {
      throw new FaultFound('archive', 'it has something after its last member');
    }
  }

  /** Lets the source release what it holds. */
  async close(): Promise<void> {
    await this.#source.close();
  }
}
