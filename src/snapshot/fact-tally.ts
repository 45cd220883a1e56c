import { createHash } from 'node:crypto';
import type { Fact } from '../facts/fact.ts';
import type { FactSummary } from '../facts/fact-sink.ts';
import { printSignature } from '../facts/signature.ts';
import { sortKeys } from './print-manifest.ts';

/** Counts and hashes canonical lines as they pass, into a summary to compare with the one that was promised. */
export class FactTally {
  readonly #hash = createHash('sha256');
  readonly #runs = new Map<string, number>();
  #factCount = 0;
  #lineBytes = 0;
  #previous: Fact | undefined;
  /** Facts since the signature last changed: sorted facts come in runs, so a key is made once a run. */
  #run = 0;

  fact(fact: Fact): void {
    if (this.#previous === undefined || !sameSignature(this.#previous, fact)) this.#endRun();
    this.#previous = fact;
    this.another();
  }

  /** One more fact with the signature of the last one. */
  another(): void {
    this.#run += 1;
    this.#factCount += 1;
  }

  /** The bytes of lines, in order, cut anywhere. */
  bytes(bytes: Uint8Array): void {
    this.#lineBytes += bytes.length;
    this.#hash.update(bytes);
  }

  get factCount(): number {
    return this.#factCount;
  }

  /** Ends the tally. */
  summary(): FactSummary {
    this.#endRun();
    return {
      factCount: this.#factCount,
      countBySignature: sortKeys(Object.fromEntries(this.#runs)),
      digest: this.#hash.digest('hex'),
      lineBytes: this.#lineBytes,
    };
  }

  #endRun(): void {
    if (this.#previous !== undefined && this.#run > 0) {
      const key = printSignature({
        predicate: this.#previous.predicate,
        types: this.#previous.args.map(({ type }) => type),
      });
      this.#runs.set(key, (this.#runs.get(key) ?? 0) + this.#run);
    }
    this.#run = 0;
  }
}

/** Every difference between two summaries, in words; empty when they say the same. */
export function summaryDifferences(actual: FactSummary, promised: FactSummary): readonly string[] {
  const differences: string[] = [];
  if (actual.factCount !== promised.factCount) {
    differences.push(`${actual.factCount} facts instead of ${promised.factCount}`);
  }
  const keys = new Set([...Object.keys(promised.countBySignature), ...Object.keys(actual.countBySignature)]);
  for (const key of keys) {
    const [has, wants] = [actual.countBySignature[key] ?? 0, promised.countBySignature[key] ?? 0];
    if (has !== wants) differences.push(`${has} facts of \`${key}\` instead of ${wants}`);
  }
  if (actual.digest !== promised.digest) {
    differences.push(`facts with digest ${actual.digest} instead of ${promised.digest}`);
  }
  return differences;
}

function sameSignature(a: Fact, b: Fact): boolean {
  return (
    a.predicate === b.predicate &&
    a.args.length === b.args.length &&
    a.args.every(({ type }, index) => type === b.args[index]?.type)
  );
}
