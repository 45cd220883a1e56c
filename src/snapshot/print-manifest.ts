import type { SnapshotManifest } from './manifest.ts';

/** The one way to write a manifest: keys in this order, two blanks of indentation, LF at the end. */
export function printManifest(manifest: SnapshotManifest): string {
  const { policy, facts } = manifest;
  const ordered: SnapshotManifest = {
    formatVersion: manifest.formatVersion,
    environment: manifest.environment,
    tenant: manifest.tenant,
    source: manifest.source,
    takenAt: manifest.takenAt,
    policy: { sizeBytes: policy.sizeBytes, sha256: policy.sha256 },
    facts: {
      sizeBytes: facts.sizeBytes,
      sha256: facts.sha256,
      count: facts.count,
      countBySignature: sortKeys(facts.countBySignature),
    },
    contentDigest: manifest.contentDigest,
    writer: manifest.writer,
  };
  return `${JSON.stringify(ordered, null, 2)}\n`;
}

/** Keys in code point order, so that equal counts print equally. */
export function sortKeys(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}

/** `2026-01-31T08:00:00Z`: UTC, whole seconds, rounded down. */
export function printTakenAt(takenAtMs: number): string {
  return `${new Date(takenAtMs).toISOString().slice(0, 19)}Z`;
}
