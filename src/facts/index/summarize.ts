import { compareStrings } from '../compare-strings.ts';
import type { FactSummary } from '../fact-sink.ts';
import { printSignature } from '../signature.ts';
import type { Directory, TypeEntry } from './directory.ts';

/** The summary that a directory records. Signatures that are printed alike are counted together. */
export function summarize({ types, relations, digest, lineBytes }: Directory): FactSummary {
  const counts = new Map<string, number>();
  for (const relation of relations) {
    const names = relation.types.map((type) => (types[type] as TypeEntry).name);
    const signature = printSignature({ predicate: relation.predicate, types: names });
    counts.set(signature, (counts.get(signature) ?? 0) + relation.rowCount);
  }
  const sorted = [...counts].sort(([a], [b]) => compareStrings(a, b));
  return {
    factCount: relations.reduce((sum, { rowCount }) => sum + rowCount, 0),
    countBySignature: Object.fromEntries(sorted),
    digest,
    lineBytes,
  };
}
