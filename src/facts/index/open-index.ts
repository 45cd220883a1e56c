import type { FactReader } from '../fact-reader.ts';
import type { FactStream, FactSummary } from '../fact-sink.ts';
import type { ByteSource } from './byte-source.ts';
import { CanonicalLines } from './canonical-lines.ts';
import { type Directory, slotsStart } from './directory.ts';
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
  /** All facts in canonical order, in batches. */
  facts(): FactStream;
  /** The canonical lines (see facts/fact-line.ts) of all facts in canonical order, in chunks of whole lines. */
  lines(): Iterable<Uint8Array>;
  /** What another thread opens it with. */
  share(): SharedIndex;
}

/** An open index on its way to another thread: the very memory that it lies in, or the descriptor of its file. */
export type SharedIndex =
  | { readonly kind: 'resident'; readonly memory: SharedArrayBuffer; readonly directory: Directory }
  | { readonly kind: 'paged'; readonly descriptor: number; readonly cacheBytes: number };

export interface OpenIndexOptions {
  /** Sections that fit are held in memory; when they do not all fit, all are paged through a cache of this size. */
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
    const { directory, offset } = readDirectory(file);
    if (options.verify) checkSections(file, directory);
    const residentBytes = bytesInMemory(directory, offset, options.memoryBytes);
    if (residentBytes === undefined) {
      return presentPaged(file, directory, Math.floor(options.memoryBytes / (options.threads ?? 1)));
    }
    const index = presentResident(readResident(file, residentBytes), directory);
    closeIndexBytes(file);
    return index;
  } catch (error) {
    closeIndexBytes(file);
    throw error;
  }
}

/** Opens what another thread has checked and still has open. Throws INDEX_INVALID when it is paged and cannot be read. */
export function openSharedIndex(shared: SharedIndex): IndexFile {
  if (shared.kind === 'resident') return presentResident(new ResidentSource(shared.memory), shared.directory);
  // A descriptor of its own, and of the very same file, whatever has become of its name.
  const file = openIndexBytes(`/dev/fd/${shared.descriptor}`);
  try {
    return presentPaged(file, readDirectory(file).directory, shared.cacheBytes);
  } catch (error) {
    closeIndexBytes(file);
    throw error;
  }
}

/** How much of the file is read into memory; undefined: nothing, it is paged. Without hash slots a smaller memory will do. */
function bytesInMemory(directory: Directory, sectionsEnd: number, memoryBytes: number): number | undefined {
  if (sectionsEnd <= memoryBytes) return sectionsEnd;
  const withoutSlots = slotsStart(directory, sectionsEnd);
  return withoutSlots <= memoryBytes ? withoutSlots : undefined;
}

function presentResident(source: ResidentSource, directory: Directory): IndexFile {
  const { memory } = source;
  return present(source, directory, { kind: 'resident', memory, directory });
}

/** The file is closed with the index. */
function presentPaged(file: IndexBytes, directory: Directory, cacheBytes: number): IndexFile {
  const { descriptor } = file;
  return present(new PagedSource(file, cacheBytes), directory, { kind: 'paged', descriptor, cacheBytes });
}

function present(source: ByteSource, directory: Directory, shared: SharedIndex): IndexFile {
  const reader = new IndexReader(source, directory, source.length > slotsStart(directory, source.length));
  return {
    reader,
    summary: summarize(directory),
    mode: shared.kind,
    memoryBytes: source.bytes.length,
    async *facts() {
      yield* readFacts(reader);
    },
    lines: () => new CanonicalLines(reader),
    share: () => shared,
    [Symbol.dispose]: () => source.close(),
  };
}
