import { type ByteSource, closedWindow, MAX_ARRAY_BYTES, MAX_WINDOW_BYTES } from './byte-source.ts';
import { collectGarbageSoon } from './collect-garbage.ts';
import { closeIndexBytes, type IndexBytes, readFully } from './index-bytes.ts';

/** The size of pages in the system's own cache; a larger one reads more of what random questions never need. */
const PAGE_BYTES = 4096;
/** Enough for one question and one scan not to push each other out. */
const LEAST_FRAMES = 64;

/**
 * A file read page by page into a fixed number of frames. A frame is given up when the hand of the clock finds it
 * unused since the last round.
 */
export class PagedSource implements ByteSource {
  readonly length: number;
  /** All frames, then the room where a window over more than one page is put together. */
  bytes: Uint8Array;
  readonly #file: IndexBytes;
  readonly #frameCount: number;
  /** The frame + 1 of each page, 0 when it is in none; the page in each frame, -1 for none; whether it was used. */
  readonly #frameOfPage: Int32Array;
  readonly #pageInFrame: Int32Array;
  readonly #used: Uint8Array;
  #hand = 0;

  constructor(file: IndexBytes, cacheBytes: number) {
    this.length = file.sizeBytes;
    const pageCount = Math.ceil(file.sizeBytes / PAGE_BYTES);
    const mostBytes = Math.min(cacheBytes, MAX_ARRAY_BYTES - MAX_WINDOW_BYTES);
    const wanted = Math.max(LEAST_FRAMES, Math.floor(mostBytes / PAGE_BYTES));
    this.#file = file;
    this.#frameCount = Math.min(wanted, Math.max(1, pageCount));
    this.bytes = new Uint8Array(this.#frameCount * PAGE_BYTES + MAX_WINDOW_BYTES);
    this.#frameOfPage = new Int32Array(pageCount);
    this.#pageInFrame = new Int32Array(this.#frameCount).fill(-1);
    this.#used = new Uint8Array(this.#frameCount);
  }

  window(at: number, length: number): number {
    const page = Math.floor(at / PAGE_BYTES);
    const inPage = at - page * PAGE_BYTES;
    if (inPage + length <= PAGE_BYTES) return this.#frame(page) * PAGE_BYTES + inPage;
    return this.#gather(at, length);
  }

  close(): void {
    closeIndexBytes(this.#file);
    collectGarbageSoon(this.bytes.length);
    this.bytes = new Uint8Array(0);
    this.window = closedWindow;
  }

  #gather(at: number, length: number): number {
    const room = this.#frameCount * PAGE_BYTES;
    let done = 0;
    while (done < length) {
      const page = Math.floor((at + done) / PAGE_BYTES);
      const inPage = at + done - page * PAGE_BYTES;
      const count = Math.min(PAGE_BYTES - inPage, length - done);
      const from = this.#frame(page) * PAGE_BYTES + inPage;
      this.bytes.copyWithin(room + done, from, from + count);
      done += count;
    }
    return room;
  }

  #frame(page: number): number {
    const known = this.#frameOfPage[page] as number;
    const frame = known === 0 ? this.#load(page) : known - 1;
    this.#used[frame] = 1;
    return frame;
  }

  #load(page: number): number {
    const frame = this.#freeFrame();
    const evicted = this.#pageInFrame[frame] as number;
    if (evicted !== -1) this.#frameOfPage[evicted] = 0;
    this.#pageInFrame[frame] = -1;
    const start = page * PAGE_BYTES;
    const end = Math.min(start + PAGE_BYTES, this.length);
    readFully(this.#file, this.bytes.subarray(frame * PAGE_BYTES, frame * PAGE_BYTES + end - start), start);
    this.#pageInFrame[frame] = page;
    this.#frameOfPage[page] = frame + 1;
    return frame;
  }

  #freeFrame(): number {
    for (;;) {
      const frame = this.#hand;
      this.#hand = frame + 1 === this.#frameCount ? 0 : frame + 1;
      if (this.#used[frame] === 0) return frame;
      this.#used[frame] = 0;
    }
  }
}
