import { SpillFile } from './spill-file.ts';
import type { TemporaryFiles } from './temporary-files.ts';

/** The sorted ids of one type that one chunk met: texts in `Spills.ids`. */
export interface IdRun {
  readonly chunk: number;
  readonly type: number;
  readonly at: number;
  readonly sizeBytes: number;
  readonly count: number;
}

/** The rows of one signature in one chunk: in `Spills.rows`, a word for each column and the fingerprint of the fact. */
export interface RowRun {
  readonly chunk: number;
  readonly signature: number;
  readonly at: number;
  readonly count: number;
}

/** What the chunks leave behind: ids sorted, and rows that name ids by their place among those of their chunk and type. */
export class Spills {
  readonly ids: SpillFile;
  readonly rows: SpillFile;
  readonly idRuns: IdRun[] = [];
  readonly rowRuns: RowRun[] = [];
  /** Facts taken in, duplicates too, and the sum of their fingerprints modulo 2^32. */
  factCount = 0;
  fingerprint = 0;

  constructor(files: TemporaryFiles) {
    this.ids = new SpillFile(files);
    this.rows = new SpillFile(files);
  }
}
