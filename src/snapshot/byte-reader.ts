import { FaultFound } from './fault.ts';

/** Reads a stream of buffers by exact lengths. Throws FaultFound where the stream is too short. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next bytes, copied. Meant for small lengths. */
  async take(length: number): Promise<Buffer> {
    const taken = Buffer.alloc(length);
    let have = 0;
    for await (const part of this.parts(length)) have += part.copy(taken, have);
    return taken;
  }

  /** The next bytes in parts, each valid until the next one is asked for. */
  async *parts(length: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = length; left > 0; ) {
      await this.#fill();
      const part = this.#chunk.subarray(0, left);
      this.#chunk = this.#chunk.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  /** Reads on to make sure that there is nothing more. */
  async expectEnd(): Promise<void> {
    if (this.#chunk.length > 0 || !(await this.#source.next()).done) {
      throw new FaultFound('archive', 'it has something after its last member');
    }
  }

  /** Lets the source release what it holds. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #fill(): Promise<void> {
    if (this.#chunk.length > 0) return;
    const next = await this.#source.next();
    if (next.done) throw new FaultFound('archive', 'its tar ends too early');
    this.#chunk = next.value;
  }
}
