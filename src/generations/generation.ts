/**
 * A generation: one verified snapshot, indexed and ready to serve, in the data directory:
 *
 *     <directory>/lock                              held by the process that may write (kernel lock, see lock.ts)
 *     <directory>/state.json                        high-water mark, confirmations, client id, pin; replaced atomically
 *     <directory>/generations/<id>/                 immutable once it has this name
 *         generation.json                           this type
 *         policy.polar
 *         facts.index
 *     <directory>/generations/quarantined-<id>/     failed its checks; kept for a look, never served
 *     <directory>/generations/.tmp-*                being built, or left by a dead process: removed at the next start
 *
 * `<id>` is `<taken-at as yyyymmddThhmmssmmmZ>-<first 12 hex digits of the content digest>`. Publishing is: write into
 * .tmp-*, fsync every file, fsync the folder, open and check it, rename, fsync `generations/`. The current generation
 * is the pinned one, or else the newest intact one. When the control plane last had the same content is not written
 * here, because that changes: see directory-state.ts.
 */
export interface GenerationMetadata {
  readonly formatVersion: 1;
  readonly id: string;
  readonly environment: string;
  readonly tenant: string;
  readonly source: string;
  /** When the data were read from the control plane, milliseconds since the Unix epoch. */
  readonly takenAtMs: number;
  readonly policySha256: string;
  readonly factsDigest: string;
  readonly contentDigest: string;
  readonly factCount: number;
  readonly countBySignature: Readonly<Record<string, number>>;
  readonly indexBytes: number;
  /** SHA-256 of the index file. */
  readonly indexSha256: string;
  /** How the data came into this directory. */
  readonly arrivedBy: 'download' | 'import';
  /** ETag that `source` gave with the listing of exactly these facts; null when it gave none. */
  readonly factsEtag: string | null;
}

/** `live`: downloaded by this process. `persisted`: found in the data directory. `imported`: from a snapshot file. */
export type Origin = 'live' | 'persisted' | 'imported';
