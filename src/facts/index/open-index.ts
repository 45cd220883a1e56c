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
  /** All facts in canonical order, in batches. */
  facts(): FactStream;
  /** The canonical lines (see facts/fact-line.ts) of all facts in canonical order, in chunks of whole lines. */
  lines(): Iterable<Uint8Array>;
}

export interface OpenIndexOptions {
  /** Sections that fit are held in memory; when they do not all fit, all are paged through a cache of this size. */
  readonly memoryBytes: number;
  /** Check the checksum of every section first. Paged sections are read once for that. */
  readonly verify: boolean;
}

/** Throws INDEX_INVALID when the file is damaged or truncated, SNAPSHOT_NEWER when a newer program wrote it. */
export function openIndex(path: string, options: OpenIndexOptions): IndexFile {
  const file = openIndexBytes(path);
  try {
    const { directory, offset } = readDirectory(file);
    if (options.verify) checkSections(file, directory);
    return openSections(file, directory, { memoryBytes: options.memoryBytes, sectionsEnd: offset });
  } catch (error) {
    closeIndexBytes(file);
    throw error;
  }
}

/** The file is closed when its bytes are in memory, else with the source. Without hash slots a smaller memory will do. */
function openSections(
  file: IndexBytes,
  directory: Directory,
  limit: { readonly memoryBytes: number; readonly sectionsEnd: number },
): IndexFile {
  const { memoryBytes, sectionsEnd } = limit;
  const withoutSlots = slotsStart(directory, sectionsEnd);
  if (withoutSlots > memoryBytes) return present(new PagedSource(file, memoryBytes), directory, 'paged');
  const source = new ResidentSource(file, sectionsEnd <= memoryBytes ? sectionsEnd : withoutSlots);
  const index = present(source, directory, 'resident');
  closeIndexBytes(file);
  return index;
}

function present(source: ByteSource, directory: Directory, mode: 'resident' | 'paged'): IndexFile {
  const reader = new IndexReader(source, directory, source.length > slotsStart(directory, source.length));
  return {
    reader,
    summary: summarize(directory),
    mode,
    memoryBytes: source.bytes.length,
    async *facts() {
      yield* readFacts(reader);
    },
    lines: () => new CanonicalLines(reader),
    [Symbol.dispose]: () => source.close(),
  };
}
