import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from '../engine/serving.ts';
import { OsoError } from '../errors/oso-error.ts';

/** Says which key a request brings. Throws REQUEST_UNAUTHORIZED when there is none or it is not accepted. */
export type Authenticate = (authorization: string | undefined) => ApiKey;

/** Whose keys are accepted. */
export type KeyRule =
  /** Exactly the listed ones. */
  | { readonly kind: 'listed'; readonly digests: readonly Buffer[] }
  /** Weaker: any key of the environment (`e_<environment>_…`, its secret is not known here), and the node's own. */
  | { readonly kind: 'environment'; readonly environment: string; readonly ownToken: string | undefined }
  /** Those that the server itself gave out, and will not take back. */
  | { readonly kind: 'issued'; isIssued(key: string): boolean };

/** Longest header looked at; real keys have some 60 characters. */
const MAX_HEADER_LENGTH = 1_024;

/** Accepted headers that are remembered, so that a known client costs no hashing. Arbitrary, far above any fleet. */
const MAX_REMEMBERED = 256;

/**
 * Keys are compared by SHA-256 in constant time. A header that was accepted is remembered: finding it again compares
 * characters only after a seeded hash of the whole has matched, so timing says nothing about a part of it.
 */
export function createAuthenticate(rule: KeyRule): Authenticate {
  const accepts = keyCheck(rule);
  const remembered = new Map<string, ApiKey>();
  return (authorization) => {
    const known = authorization === undefined ? undefined : remembered.get(authorization);
    if (known !== undefined) return known;
    const key = bearerKey(authorization);
    if (authorization === undefined || key === undefined) {
      throw new OsoError('REQUEST_UNAUTHORIZED', 'no API key: send `Authorization: Bearer <key>`');
    }
    if (!accepts(key)) throw new OsoError('REQUEST_UNAUTHORIZED', 'the API key is not accepted here');
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(authorization, key);
    return key;
  };
}

const KEY_LINE = 'the line of a key is what `printf %s "$KEY" | sha256sum | cut -d" " -f1` prints';

/** One SHA-256 a line, 64 hex digits; blank lines and `#` comments are skipped. Throws CONFIG_INVALID naming the line, and when no key is left. */
export function parseKeyDigests(text: string): readonly Buffer[] {
  const digests: Buffer[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const [digest = ''] = line.split('#');
    if (digest.trim() === '') continue;
    if (!/^[0-9a-fA-F]{64}$/u.test(digest.trim())) {
      throw new OsoError('CONFIG_INVALID', `line ${index + 1} of the client keys file is not a SHA-256 in hex`, {
        hint: KEY_LINE,
      });
    }
    digests.push(Buffer.from(digest.trim(), 'hex'));
  }
  // An empty file is one that is being written: an operator who wants to serve nobody stops the node.
  if (digests.length === 0) {
    throw new OsoError('CONFIG_INVALID', 'the client keys file lists no key: every client would be refused', {
      hint: KEY_LINE,
    });
  }
  return digests;
}

/** The scheme is case-insensitive (RFC 9110, 11.1). */
function bearerKey(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > MAX_HEADER_LENGTH) return undefined;
  return /^Bearer +([!-~]+) *$/iu.exec(authorization)?.[1];
}

function keyCheck(rule: KeyRule): (key: string) => boolean {
  switch (rule.kind) {
    case 'listed':
      return listed(rule.digests);
    case 'environment':
      return ofEnvironment(rule.environment, rule.ownToken);
    case 'issued':
      return (key) => rule.isIssued(key);
  }
}

function listed(digests: readonly Buffer[]): (key: string) => boolean {
  return (key) => {
    const digest = sha256(key);
    let found = false;
    for (const candidate of digests) found = timingSafeEqual(candidate, digest) || found;
    return found;
  };
}

function ofEnvironment(environment: string, ownToken: string | undefined): (key: string) => boolean {
  const prefix = `e_${environment}_`;
  const own = ownToken === undefined ? undefined : sha256(ownToken);
  return (key) => {
    const isOwn = own !== undefined && timingSafeEqual(own, sha256(key));
    return isOwn || (key.startsWith(prefix) && key.length > prefix.length);
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
