import type { IdTexts } from './sort-ids.ts';
import type { SpillFile } from './spill-file.ts';

const BUFFER_BYTES = 64 * 1024;

/** Collects texts before they go to the end of a spill file. */
export class SpillWriter {
  readonly #file: SpillFile;
  readonly #bytes = new Uint8Array(BUFFER_BYTES);
  #used = 0;

  constructor(file: SpillFile) {
    this.#file = file;
  }

  /** Where the next text goes. */
  get at(): number {
    return this.#file.sizeBytes + this.#used;
  }

  /** Appends ids. */
  texts({ bytes, starts, lengths }: IdTexts, ids: Uint32Array): void {
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      this.#text(bytes, starts[id] as number, lengths[id] as number);
    }
  }

  /** Appends a length of two bytes and that many bytes. */
  #text(source: Uint8Array, start: number, length: number): void {
    if (this.#used + 2 + length > BUFFER_BYTES) this.flush();
    let used = this.#used;
    this.#bytes[used++] = length;
    this.#bytes[used++] = length >>> 8;
    for (let i = 0; i < length; i++) this.#bytes[used++] = source[start + i] as number;
    this.#used = used;
  }

  flush(): void {
    this.#file.append(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }
}
