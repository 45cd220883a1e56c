import { createHash } from 'node:crypto';

/**
 * Names content whatever wrote it and whenever: SHA-256 of the policy's and the facts' hex digests, each ended by LF.
 * 64 lower-case hex digits.
 */
export function contentDigest(policySha256: string, factsDigest: string): string {
  return createHash('sha256').update(`${policySha256}\n${factsDigest}\n`).digest('hex');
}

/** SHA-256 of a text in UTF-8 or of bytes, 64 lower-case hex digits. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
