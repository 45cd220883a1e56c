import { totalmem } from 'node:os';

const MIB = 1024 * 1024;

/**
 * The node but for its index, and a process that builds the next generation: 37 and 108 MB at most were seen with ten million
 * facts. When that is too little, the kernel ends the larger of the two.
 */
const RESERVED_BYTES = 144 * MIB;

/** Of each further thread: its heap, code, caches and buffers. The facts are in memory only once. */
export const WORKER_BYTES = 60 * MIB;

/** Bytes that this process may use: the limit of the container, or else the memory of the machine. */
export function memoryLimitBytes(): number {
  const constrained = process.constrainedMemory();
  const total = totalmem();
  return constrained > 0 ? Math.min(constrained, total) : total;
}

/** For the index of what is served, or of two generations together during a swap. */
export function indexMemoryBytes(limitBytes: number, threads = 1): number {
  return Math.max(16 * MIB, limitBytes - RESERVED_BYTES - (threads - 1) * WORKER_BYTES);
}

/** What this process may still take. Its code counts as taken although the kernel could drop it: that is the margin. */
export function roomBytes(limitBytes: number): number {
  return limitBytes - process.memoryUsage.rss();
}

/** For replies that clients have not taken: many long ones are compressed at a time where there is room. */
export function replyMemoryBytes(limitBytes: number): number {
  return Math.max(32 * MIB, Math.floor(limitBytes / 8));
}

/** For building an index: one of ten million facts took no longer with 16 MiB than with 32. */
export function buildMemoryBytes(limitBytes: number): number {
  return Math.min(256 * MIB, Math.max(16 * MIB, Math.floor(limitBytes / 16)));
}

const LEAST_BUILD_HEAP_MIB = 64;
/** Policies of the largest size that Oso Cloud takes, made up for that, needed 128 at most. */
const MOST_BUILD_HEAP_MIB = 512;

/**
 * Heap of the process that builds, for policies above all: a quarter of the memory, and less than the heap of this process, which
 * compiles the same policy beside the one before. `ownHeapBytes` is the limit of that heap.
 */
export function buildHeapMib(limitBytes: number, ownHeapBytes: number): number {
  const fitting = Math.floor(Math.min(limitBytes / 4, ownHeapBytes * 0.6) / MIB);
  return Math.min(MOST_BUILD_HEAP_MIB, Math.max(LEAST_BUILD_HEAP_MIB, fitting));
}
