import { isUtf8 } from 'node:buffer';
import { OsoError } from '../errors/oso-error.ts';
import type { Fact, FactBatch } from '../facts/fact.ts';
import { compareFacts, parseFactLine, printFactLine } from '../facts/fact-line.ts';
import type { FactSummary } from '../facts/fact-sink.ts';
import { FactTally, summaryDifferences } from './fact-tally.ts';
import { FaultFound } from './fault.ts';
import type { SnapshotManifest } from './manifest.ts';

const LF = 0x0a;

/** No line of a valid fact is longer; see `parseFactLine`. */
const MAX_LINE_BYTES = 64 * 1024;

/**
 * Parses the bytes of `facts.jsonl`. Every line must be the canonical print of its fact and come after the line before
 * in canonical order; at the end, counts and digest must be those of the manifest. Throws FaultFound.
 */
export async function* readFacts(
  parts: AsyncIterable<Buffer>,
  promised: SnapshotManifest['facts'],
): AsyncGenerator<FactBatch, void, undefined> {
  const tally = new FactTally();
  let previous: Fact | undefined;
  let carry: Buffer = Buffer.alloc(0);
  for await (const part of parts) {
    tally.bytes(part);
    const end = part.lastIndexOf(LF) + 1;
    if (end === 0) {
      carry = Buffer.concat([carry, part]);
      if (carry.length > MAX_LINE_BYTES) throw lineFault(tally, 'it is longer than any fact');
      continue;
    }
    const batch = parseLines(decode(Buffer.concat([carry, part.subarray(0, end)]), tally), previous, tally);
    carry = Buffer.from(part.subarray(end));
    previous = batch.at(-1);
    yield batch;
  }
  if (carry.length > 0) throw lineFault(tally, 'it does not end with a line break');
  compareWithManifest(tally, promised);
}

/** `text` ends with a line break. */
function parseLines(text: string, before: Fact | undefined, tally: FactTally): Fact[] {
  const batch: Fact[] = [];
  let previous = before;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end);
    const fact = parseLine(line, tally);
    if (!isCanonical(line, fact)) throw lineFault(tally, 'it is not written in the canonical form');
    if (previous !== undefined && compareFacts(previous, fact) >= 0) {
      throw lineFault(tally, 'it is not in order, or repeats the line before');
    }
    tally.fact(fact);
    batch.push(fact);
    previous = fact;
    start = end + 1;
  }
  return batch;
}

function parseLine(line: string, tally: FactTally): Fact {
  try {
    return parseFactLine(line);
  } catch (error) {
    if (error instanceof OsoError) throw lineFault(tally, error.message, error);
    throw error;
  }
}

/** Without a backslash nothing is escaped, and then the length alone tells whether there is anything superfluous. */
function isCanonical(line: string, fact: Fact): boolean {
  if (line.includes('\\')) return printFactLine(fact) === `${line}\n`;
  let length = fact.predicate.length + 4;
  for (const { type, id } of fact.args) length += type.length + id.length + 6;
  return length === line.length;
}

function decode(bytes: Buffer, tally: FactTally): string {
  if (!isUtf8(bytes)) {
    throw new FaultFound('facts', `facts.jsonl is not UTF-8 after line ${tally.factCount}`);
  }
  return bytes.toString('utf8');
}

/** The next line is the faulty one. */
function lineFault(tally: FactTally, what: string, cause?: unknown): FaultFound {
  return new FaultFound('facts', `line ${tally.factCount + 1} of facts.jsonl is wrong: ${what}`, cause);
}

/** What the manifest says of the facts, in the words of the fact rooms. */
export function summaryIn(facts: SnapshotManifest['facts']): FactSummary {
  const { count, countBySignature, sha256, sizeBytes } = facts;
  return { factCount: count, countBySignature, digest: sha256, lineBytes: sizeBytes };
}

function compareWithManifest(tally: FactTally, promised: SnapshotManifest['facts']): void {
  const differences = summaryDifferences(tally.summary(), summaryIn(promised));
  if (differences.length > 0) {
    throw new FaultFound('facts', `facts.jsonl is not what the manifest says: ${differences.join(', ')}`);
  }
}
