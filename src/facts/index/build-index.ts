import type { FactProgress, FactStream, FactSummary } from '../fact-sink.ts';

export interface BuildIndexOptions {
  /** Where to write the index file. It must not exist. It is fsynced before this returns; the caller renames. */
  readonly path: string;
  /** For runs of the external sort; emptied again on every way out. */
  readonly temporaryDirectory: string;
  /** Bytes of working memory, outside the JavaScript heap as far as possible. */
  readonly memoryBytes: number;
  readonly progress?: FactProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds the immutable index of a stream of facts in constant memory, reads it back, and compares counts and
 * digests of what went in with what comes out. Removes everything it wrote when it throws.
 * Throws FACT_INVALID for a fact that is not well formed, NO_SPACE when the disk is full, INDEX_INVALID when
 * the read-back differs, or the signal's reason.
 */
export function buildIndex(_facts: FactStream, _options: BuildIndexOptions): Promise<FactSummary> {
  throw new Error('not built yet');
}
