/*
 * The last 40 bytes of a snapshot: a zstd skippable frame (RFC 8878, 3.1.2), which `zstd` and `tar --zstd` pass over.
 *
 *     5f 2a 4d 18 | 20 00 00 00 | SHA-256 of everything before
 */
const HEAD = Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0]);

export const TRAILER_BYTES = 40;

/** `digest` is 32 bytes. */
export function makeTrailer(digest: Buffer): Buffer {
  return Buffer.concat([HEAD, digest]);
}

/** The digest that a trailer holds, or undefined when the bytes are no trailer. */
export function digestInTrailer(bytes: Buffer): Buffer | undefined {
  if (bytes.length !== TRAILER_BYTES || !bytes.subarray(0, HEAD.length).equals(HEAD)) return undefined;
  return Buffer.from(bytes.subarray(HEAD.length));
}
