import type { FactReader } from '../fact-reader.ts';
import type { FactStream, FactSummary } from '../fact-sink.ts';
import type { ByteSource } from './byte-source.ts';
import { CanonicalLines } from './canonical-lines.ts';
import { type Directory, sectionsEnd, slotsStart } from './directory.ts';
import { checkSections, readDirectory } from './envelope.ts';
import { closeIndexBytes, type IndexBytes, openIndexBytes } from './index-bytes.ts';
import { IndexReader } from './index-reader.ts';
import { PagedSource } from './paged-source.ts';
import { readFacts } from './read-facts.ts';
import { ResidentSource, readResident } from './resident-source.ts';
import { summarize } from './summarize.ts';

/** An open index file. Its owner closes it; after that no reader of it may be used. */
export interface IndexFile extends Disposable {
  readonly reader: FactReader;
  readonly summary: FactSummary;
  /** Whether the sections are in memory or read through the block cache. */
  readonly mode: 'resident' | 'paged';
  /** Bytes of memory held by sections or block cache. */
  readonly memoryBytes: number;
  /** Bytes of memory that would hold all sections that must be there, whatever the mode. */
  readonly residentBytes: number;
  /** All facts in canonical order, in batches. */
  facts(): FactStream;
  /** The canonical lines (see facts/fact-line.ts) of all facts in canonical order, in chunks of whole lines. */
  lines(): Iterable<Uint8Array>;
  /** What another thread opens it with. */
  share(): SharedIndex;
}

/** An open index on its way to another thread: the very memory that it lies in, or the descriptor of its file. */
export type SharedIndex = {
  /** For the cache of ids asked for, which each thread has for itself. */
  readonly idCacheBytes: number;
} & (
  | { readonly kind: 'resident'; readonly memory: SharedArrayBuffer; readonly directory: Directory }
  | { readonly kind: 'paged'; readonly descriptor: number; readonly cacheBytes: number }
);

export interface OpenIndexOptions {
  /**
   * Sections that fit are held in memory; when they do not all fit, all are paged through a cache of this size. A
   * sixteenth comes on top for ids asked for, 1 MiB at least and 64 at most.
   */
  readonly memoryBytes: number;
  /** Threads that will read it, 1 by default. Paged, each has a cache of its own: together they have `memoryBytes`. */
  readonly threads?: number | undefined;
  /** Check the checksum of every section first. Paged sections are read once for that. */
  readonly verify: boolean;
}

/** Throws INDEX_INVALID when the file is damaged or truncated, SNAPSHOT_NEWER when a newer program wrote it. */
export function openIndex(path: string, options: OpenIndexOptions): IndexFile {
  const file = openIndexBytes(path);
  try {
    const directory = readDirectory(file);
    if (options.verify) checkSections(file, directory);
    const residentBytes = bytesInMemory(directory, options.memoryBytes);
    const cacheBytes = Math.floor(options.memoryBytes / (options.threads ?? 1));
    const idCacheBytes = Math.min(MAX_ID_CACHE_BYTES, Math.max(LEAST_ID_CACHE_BYTES, cacheBytes / ID_CACHE_SHARE));
    if (residentBytes === undefined) return presentPaged(file, directory, { cacheBytes, idCacheBytes });
    const index = presentResident(readResident(file, residentBytes), directory, idCacheBytes);
    closeIndexBytes(file);
    return index;
  } catch (error) {
    closeIndexBytes(file);
    throw error;
  }
}

/** Opens what another thread has checked and still has open. Throws INDEX_INVALID when it is paged and cannot be read. */
export function openSharedIndex(shared: SharedIndex): IndexFile {
  if (shared.kind === 'resident') {
    return presentResident(new ResidentSource(shared.memory), shared.directory, shared.idCacheBytes);
  }
  // A descriptor of its own, and of the very same file, whatever has become of its name.
  const file = openIndexBytes(`/dev/fd/${shared.descriptor}`);
  try {
    return presentPaged(file, readDirectory(file), shared);
  } catch (error) {
    closeIndexBytes(file);
    throw error;
  }
}

/** How much of the file is read into memory; undefined: nothing, it is paged. Without hash slots a smaller memory will do. */
function bytesInMemory(directory: Directory, memoryBytes: number): number | undefined {
  return [sectionsEnd(directory), slotsStart(directory)].find((bytes) => bytes <= memoryBytes);
}

function presentResident(source: ResidentSource, directory: Directory, idCacheBytes: number): IndexFile {
  const share = () => ({ kind: 'resident' as const, memory: source.memory, directory, idCacheBytes });
  return present(source, directory, { idCacheBytes, share });
}

/** The file is closed with the index. */
function presentPaged(
  file: IndexBytes,
  directory: Directory,
  { cacheBytes, idCacheBytes }: { readonly cacheBytes: number; readonly idCacheBytes: number },
): IndexFile {
  const shared = { kind: 'paged' as const, descriptor: file.descriptor, cacheBytes, idCacheBytes };
  return present(new PagedSource(file, cacheBytes), directory, { idCacheBytes, share: () => shared });
}

function present(
  source: ByteSource,
  directory: Directory,
  { idCacheBytes, share }: { readonly idCacheBytes: number; readonly share: () => SharedIndex },
): IndexFile {
  const residentBytes = slotsStart(directory);
  const hasSlots = source.length > residentBytes;
  const reader = new IndexReader(source, directory, { hasSlots, idCacheBytes });
  return {
    reader,
    summary: summarize(directory),
    mode: share().kind,
    memoryBytes: source.bytes.length,
    residentBytes,
    async *facts() {
      yield* readFacts(reader);
    },
    lines: () => new CanonicalLines(reader),
    share,
    [Symbol.dispose]: () => source.close(),
  };
}

/** Sixteen thousand ids and a million. */
const LEAST_ID_CACHE_BYTES = 2 ** 20;
const MAX_ID_CACHE_BYTES = 64 * 2 ** 20;
const ID_CACHE_SHARE = 16;
