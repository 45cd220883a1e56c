import type { FactReader } from '../fact-reader.ts';
import type { FactStream, FactSummary } from '../fact-sink.ts';

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
}

export interface OpenIndexOptions {
  /** Sections that fit are held in memory; when they do not all fit, all are paged through a cache of this size. */
  readonly memoryBytes: number;
  /** Check the checksum of every section first. Paged sections are read once for that. */
  readonly verify: boolean;
}

/** Throws INDEX_INVALID when the file is damaged, truncated or of another format version. */
export function openIndex(_path: string, _options: OpenIndexOptions): IndexFile {
  throw new Error('not built yet');
}
