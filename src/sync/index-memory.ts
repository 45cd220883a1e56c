import { MAX_ARRAY_BYTES } from '../facts/index/byte-source.ts';
import type { ServedMemory } from './served-data.ts';

export interface IndexMemoryOptions {
  /** For the index of what is served, or of two generations together while one takes the place of the other. */
  readonly memoryBytes: number;
  /** Bytes that this process may still take; without bound when not given. */
  readonly roomBytes?: (() => number) | undefined;
  /** Threads that answer; 1 by default. */
  readonly threads?: number | undefined;
}

/** How many bytes the index of a generation gets. Two large generations have no room side by side. */
export class IndexMemory {
  readonly #options: IndexMemoryOptions;
  readonly #served: () => ServedMemory | undefined;

  constructor(options: IndexMemoryOptions, served: () => ServedMemory | undefined) {
    this.#options = options;
    this.#served = served;
  }

  /** For a generation that is opened beside what is served. */
  get leftBytes(): number {
    const { memoryBytes, threads = 1 } = this.#options;
    const served = this.#served();
    // Each thread has a cache of its own, but sections in memory are there once.
    const heldBytes = served === undefined ? 0 : served.memoryBytes * (served.mode === 'paged' ? threads : 1);
    return Math.max(memoryBytes - heldBytes, memoryBytes / LEAST_SHARE);
  }

  /**
   * Bytes that what is served would have, had what was served before it not held them. Undefined when it lacks none.
   */
  get lackingBytes(): number | undefined {
    const { memoryBytes, threads = 1 } = this.#options;
    const memory = this.#served();
    if (memory?.mode !== 'paged') return undefined;
    if (memory.residentBytes <= Math.min(memoryBytes, MAX_ARRAY_BYTES)) return memory.residentBytes;
    const isCacheLarge = memory.memoryBytes > Math.min(memoryBytes / threads, MAX_ARRAY_BYTES) / 2;
    return isCacheLarge ? undefined : memoryBytes;
  }

  /** Whether this process may take so many more. */
  hasRoom(bytes: number): boolean {
    return bytes <= (this.#options.roomBytes?.() ?? bytes);
  }
}

/** A generation gets at least an eighth of the memory, also beside one that fills it: enough for a cache of decent speed. */
const LEAST_SHARE = 8;
