import type { FactReader } from '../fact-reader.ts';
import type { FactStream, FactSummary } from '../fact-sink.ts';
import { type ByteSource, MAX_ARRAY_BYTES } from './byte-source.ts';
import { CanonicalLines } from './canonical-lines.ts';
import { type Directory, sectionsEnd, slotsStart } from './directory.ts';
import { checkSections, readDirectory } from './envelope.ts';
import { idCacheBytes } from './id-cache-bytes.ts';
import { closeIndexBytes, type IndexBytes, openIndexBytes, readFully } from './index-bytes.ts';
import { IndexReader } from './index-reader.ts';
import { PagedSource } from './paged-source.ts';
import { readFacts } from './read-facts.ts';
import { type HashedFile, readHashed } from './read-hashed.ts';
import { ResidentSource } from './resident-source.ts';
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
  | {
      readonly kind: 'resident';
      readonly memory: SharedArrayBuffer;
      /** For all indexes, see `IndexMemory`. */
      readonly memoryBytes: number;
      readonly directory: Directory;
    }
  | { readonly kind: 'paged'; readonly descriptor: number; readonly cacheBytes: number }
);

export interface IndexMemory {
  /**
   * Sections that fit are held in memory; when they do not all fit, all are paged through a cache of this size. A
   * sixteenth comes on top for ids asked for, see `idCacheBytes`.
   */
  readonly memoryBytes: number;
  /** Threads that will read it, 1 by default. Paged, each has a cache of its own: together they have `memoryBytes`. */
  readonly threads?: number | undefined;
}

export interface OpenIndexOptions extends IndexMemory {
  /** Check the checksum of every section first. Paged sections are read once for that. */
  readonly verify: boolean;
}

export interface OpenHashedIndexOptions extends IndexMemory {
  /** Throws when the file is not the one that is wanted. */
  readonly check: (file: HashedFile) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Throws INDEX_INVALID when the file is damaged or truncated, SNAPSHOT_NEWER when a newer program wrote it. */
export function openIndex(path: string, options: OpenIndexOptions): IndexFile {
  const file = openIndexBytes(path);
  try {
    const directory = readDirectory(file);
    if (options.verify) for (const _ of checkSections(file, directory));
    const source = memoryFor(directory, options);
    if (source) readFully(file, source.bytes, 0);
    return presentFile(file, { directory, source, options });
  } catch (error) {
    closeIndexBytes(file);
    throw error;
  }
}

/**
 * Opens a file once its digest has passed a check, and reads it once: what is held in memory is what was hashed. Throws as
 * `openIndex` does, what the check throws, what the system says when it cannot read, or the signal's reason.
 */
export async function openHashedIndex(path: string, options: OpenHashedIndexOptions): Promise<IndexFile> {
  const file = openIndexBytes(path);
  try {
    const peeked = peekDirectory(file);
    const source = peeked && memoryFor(peeked, options);
    options.check(await readHashed(file, { kept: source?.bytes, signal: options.signal }));
    const directory = peeked ?? readDirectory(file);
    return presentFile(file, { directory, source, options });
  } catch (error) {
    closeIndexBytes(file);
    throw error;
  }
}

/** Opens what another thread has checked and still has open. Throws INDEX_INVALID when it is paged and cannot be read. */
export function openSharedIndex(shared: SharedIndex): IndexFile {
  if (shared.kind === 'resident') {
    const { memory, memoryBytes, directory, idCacheBytes } = shared;
    return presentResident(new ResidentSource(memory, memoryBytes), directory, idCacheBytes);
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

/** Of a file that is not checked yet; undefined when it makes no sense, which is told after the check. */
function peekDirectory(file: IndexBytes): Directory | undefined {
  try {
    return readDirectory(file);
  } catch {
    return undefined;
  }
}

/** Room for the sections to be held; undefined: they are paged. Without hash slots a smaller memory will do. */
function memoryFor(directory: Directory, { memoryBytes }: IndexMemory): ResidentSource | undefined {
  const mostBytes = Math.min(memoryBytes, MAX_ARRAY_BYTES);
  const length = [sectionsEnd(directory), slotsStart(directory)].find((bytes) => bytes <= mostBytes);
  return length === undefined ? undefined : new ResidentSource(new SharedArrayBuffer(length), memoryBytes);
}

interface Presented {
  readonly directory: Directory;
  readonly source: ResidentSource | undefined;
  readonly options: IndexMemory;
}

/** The file is closed when its sections are in memory, or else with the index. */
function presentFile(file: IndexBytes, { directory, source, options }: Presented): IndexFile {
  const threads = options.threads ?? 1;
  const cacheBytes = Math.floor(options.memoryBytes / threads);
  const idCount = directory.types.reduce((sum, type) => sum + type.idCount, 0);
  const idBytes = idCacheBytes(idCount, { memoryBytes: options.memoryBytes, threads });
  if (source === undefined) return presentPaged(file, directory, { cacheBytes, idCacheBytes: idBytes });
  const index = presentResident(source, directory, idBytes);
  closeIndexBytes(file);
  return index;
}

function presentResident(source: ResidentSource, directory: Directory, idCacheBytes: number): IndexFile {
  const { memoryBytes } = source;
  const share = () => ({ kind: 'resident' as const, memory: source.memory, memoryBytes, directory, idCacheBytes });
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
