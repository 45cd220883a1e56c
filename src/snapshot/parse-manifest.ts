import { contentDigest } from './content-digest.ts';
import { FaultFound } from './fault.ts';
import {
  countField,
  FieldError,
  hashField,
  type JsonObject,
  objectField,
  parseJsonObject,
  signatureCountsField,
  textField,
} from './json-fields.ts';
import { MAX_MEMBER_BYTES, MAX_POLICY_BYTES, type SnapshotManifest } from './manifest.ts';
import { printManifest, printTakenAt } from './print-manifest.ts';

/**
 * Reads the bytes of `manifest.json`. They must be exactly what `printManifest` makes of the fields: that leaves no
 * room for unknown or doubled keys, byte order marks or other spellings. Throws FaultFound.
 */
export function parseManifest(bytes: Uint8Array): SnapshotManifest {
  try {
    const object = parseJsonObject(bytes);
    checkFormatVersion(object);
    const manifest = readFields(object);
    if (!Buffer.from(printManifest(manifest)).equals(bytes)) {
      throw new FieldError('it has unknown or doubled keys, or is not written as the format prescribes');
    }
    return manifest;
  } catch (error) {
    if (error instanceof FieldError) throw new FaultFound('manifest', `its manifest is wrong: ${error.message}`, error);
    throw error;
  }
}

/** Milliseconds since the Unix epoch of a manifest's `takenAt`. */
export function takenAtMsOf(manifest: SnapshotManifest): number {
  return Date.parse(manifest.takenAt);
}

function checkFormatVersion(object: JsonObject): void {
  const version = countField(object, 'formatVersion');
  if (version > 1) {
    throw new FaultFound('newer-format', `it has format version ${version}; this program reads up to version 1`);
  }
  if (version !== 1) throw new FieldError('`formatVersion` is not 1');
}

function readFields(object: JsonObject): SnapshotManifest {
  const policy = readMember(objectField(object, 'policy'), MAX_POLICY_BYTES);
  const factsObject = objectField(object, 'facts');
  const count = countField(factsObject, 'count');
  const countBySignature = signatureCountsField(factsObject, 'countBySignature', count);
  const facts = { ...readMember(factsObject, MAX_MEMBER_BYTES), count, countBySignature };
  const manifest: SnapshotManifest = {
    formatVersion: 1,
    environment: textField(object, 'environment'),
    tenant: textField(object, 'tenant'),
    source: textField(object, 'source'),
    takenAt: readTakenAt(object),
    policy,
    facts,
    contentDigest: hashField(object, 'contentDigest'),
    writer: textField(object, 'writer'),
  };
  if (manifest.contentDigest !== contentDigest(policy.sha256, facts.sha256)) {
    throw new FieldError('`contentDigest` does not follow from the digests of its members');
  }
  return manifest;
}

function readMember(object: JsonObject, maxBytes: number): SnapshotManifest['policy'] {
  return { sizeBytes: countField(object, 'sizeBytes', maxBytes), sha256: hashField(object, 'sha256') };
}

function readTakenAt(object: JsonObject): string {
  const takenAt = textField(object, 'takenAt');
  const ms = Date.parse(takenAt);
  if (!Number.isFinite(ms) || ms < 0 || printTakenAt(ms) !== takenAt) {
    throw new FieldError('`takenAt` is not a time such as `2026-01-31T08:00:00Z`');
  }
  return takenAt;
}
