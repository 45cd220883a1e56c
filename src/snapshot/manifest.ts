/**
 * A snapshot, format version 1: `NAME.snapshot`, a tar compressed with zstd (one frame, `tar --zstd` reads it), then
 * a 40-byte zstd skippable frame that holds the SHA-256 of everything before it:
 *
 *     5f 2a 4d 18 | 20 00 00 00 | 32 bytes of SHA-256
 *
 * Members, exactly these, in this order:
 *
 *     manifest.json   this type, UTF-8 JSON, at most MAX_MANIFEST_BYTES
 *     policy.polar    the policy text, UTF-8
 *     facts.jsonl     canonical fact lines in canonical order (facts/fact-line.ts)
 *
 * Headers are plain ustar with mode 0600, owner 0, mtime = taken-at in seconds, so the same data and the same
 * taken-at give the same bytes. A reader refuses every other member, order, link, path or trailing byte.
 */
export interface SnapshotManifest {
  /** A reader refuses a greater one with SNAPSHOT_NEWER. */
  readonly formatVersion: 1;
  readonly environment: string;
  readonly tenant: string;
  /** Origin of the control plane's URL, without credentials, path or query. */
  readonly source: string;
  /** When the policy and facts were read from the control plane, ISO 8601, UTC, whole seconds. */
  readonly takenAt: string;
  readonly policy: SnapshotMember;
  readonly facts: SnapshotMember & {
    readonly count: number;
    /** By `predicate(Type,Type)`, keys in code point order. */
    readonly countBySignature: Readonly<Record<string, number>>;
  };
  /** SHA-256 over policy and facts digests: equal for equal content, whenever it was taken. 64 hex digits. */
  readonly contentDigest: string;
  /** `oso-fallback 0.1.0` */
  readonly writer: string;
}

interface SnapshotMember {
  readonly sizeBytes: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

/** Largest member: eleven octal digits, which is what a plain tar header can say. */
export const MAX_MEMBER_BYTES = 0o77777777777;

/** The largest policies known have some hundred KiB; a reader holds it in memory. */
export const MAX_POLICY_BYTES = 16 * 1024 * 1024;

/** A manifest lists at most a few thousand signatures; a larger one is not ours. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
