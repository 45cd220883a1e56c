import { OsoError } from '../errors/oso-error.ts';

/** One thing that is wrong with a snapshot file. Troubles of the disk are not faults: they are thrown. */
export interface SnapshotFault {
  /**
   * `not-a-file`: a directory, a pipe, an empty file. `not-a-snapshot`: something else altogether. `truncated`: a
   * snapshot without its end mark. `damaged`: the bytes are not those that were written. The others can only come from
   * a writer that does not keep to the format: `compression`, `archive` (the tar), `manifest`, `policy`, `facts`.
   * `newer-format`: intact, but for a newer version of this program.
   */
  readonly kind:
    | 'not-a-file'
    | 'not-a-snapshot'
    | 'truncated'
    | 'damaged'
    | 'newer-format'
    | 'compression'
    | 'archive'
    | 'manifest'
    | 'policy'
    | 'facts';
  /** One line, lower-case start, no final period. It does not name the file. */
  readonly message: string;
}

/** Stops a read inside this room; `verifySnapshot` turns it into a verdict, `openSnapshot` into an OsoError. */
export class FaultFound extends Error {
  readonly fault: SnapshotFault;

  constructor(kind: SnapshotFault['kind'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fault = { kind, message };
  }
}

const FOREIGN = 'it is not as `oso-fallback export` writes it: export again';

const HINTS: Readonly<Record<SnapshotFault['kind'], string>> = {
  'not-a-file': 'give the path of a file that `oso-fallback export` wrote',
  'not-a-snapshot': 'give the path of a file that `oso-fallback export` wrote',
  truncated: 'copy the file again, or export again',
  damaged: 'copy the file again, or export again',
  'newer-format': 'use the version of oso-fallback that wrote it, or a newer one',
  compression: FOREIGN,
  archive: FOREIGN,
  manifest: FOREIGN,
  policy: FOREIGN,
  facts: FOREIGN,
};

/** SNAPSHOT_INVALID or SNAPSHOT_NEWER, naming the file and the first fault. */
export function snapshotError(name: string, fault: SnapshotFault, cause?: unknown): OsoError {
  const code = fault.kind === 'newer-format' ? 'SNAPSHOT_NEWER' : 'SNAPSHOT_INVALID';
  return new OsoError(code, `\`${name}\`: ${fault.message}`, { hint: HINTS[fault.kind], cause });
}
