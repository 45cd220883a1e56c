import { isAscii, isUtf8 } from 'node:buffer';
import type { Fact, FactBatch } from '../facts/fact.ts';
import { compareFacts, parseFactLine, printFactLine } from '../facts/fact-line.ts';
import type { FactSummary } from '../facts/fact-sink.ts';
import { LineScanner } from '../facts/line-scanner.ts';
import { messageOf } from '../util/message-of.ts';
import { FactTally, summaryDifferences } from './fact-tally.ts';
import { FaultFound } from './fault.ts';
import type { SnapshotManifest } from './manifest.ts';
import { OUTPUT_BYTES } from './zstd.ts';

const LF = 0x0a;

/** No line of a valid fact is longer; see `parseFactLine`. */
const MAX_LINE_BYTES = 64 * 1024;

/** Room for a part as it is unpacked, behind the rest of a line. */
const BUFFER_BYTES = OUTPUT_BYTES + MAX_LINE_BYTES;

/**
 * Parses the bytes of `facts.jsonl`. Every line must be the canonical print of its fact and come after the line before
 * in canonical order; at the end, counts and digest must be those of the manifest. Throws FaultFound.
 */
export async function* readFacts(
  parts: AsyncIterable<Buffer>,
  promised: SnapshotManifest['facts'],
): AsyncGenerator<FactBatch, void, undefined> {
  const lines = new FactLines();
  for await (const bytes of wholeLines(parts, lines.tally)) {
    const batch: Fact[] = [];
    lines.read(bytes, batch);
    yield batch;
  }
  compareWithManifest(lines.tally, promised);
}

/** The same checks without making facts. Throws FaultFound. */
export async function checkFacts(parts: AsyncIterable<Buffer>, promised: SnapshotManifest['facts']): Promise<void> {
  const lines = new FactLines();
  for await (const bytes of wholeLines(parts, lines.tally)) lines.read(bytes, undefined);
  compareWithManifest(lines.tally, promised);
}

/** Cuts behind the last line break of each part. Hands on UTF-8, which stays as it is until the next but one. */
async function* wholeLines(parts: AsyncIterable<Buffer>, tally: FactTally): AsyncGenerator<Buffer, void, undefined> {
  let buffer = Buffer.alloc(BUFFER_BYTES);
  let next = Buffer.alloc(BUFFER_BYTES);
  /** Bytes at the start of the buffer: a line that has no end yet. */
  let carried = 0;
  for await (const part of parts) {
    tally.bytes(part);
    for (let at = 0; at < part.length; ) {
      const copied = part.copy(buffer, carried, at);
      const filled = carried + copied;
      at += copied;
      const end = buffer.lastIndexOf(LF, filled - 1) + 1;
      if (end === 0) {
        if (filled > MAX_LINE_BYTES) throw lineFault(tally, 'it is longer than any fact');
        carried = filled;
        continue;
      }
      const bytes = buffer.subarray(0, end);
      if (!isUtf8(bytes)) throw new FaultFound('facts', `facts.jsonl is not UTF-8 after line ${tally.factCount}`);
      yield bytes;
      carried = buffer.copy(next, 0, end, filled);
      [buffer, next] = [next, buffer];
    }
  }
  if (carried > 0) throw lineFault(tally, 'it does not end with a line break');
}

/** Checks line after line: most by a look at the line before, the others by parsing them. */
class FactLines {
  readonly tally = new FactTally();
  readonly #scanner = new LineScanner();
  /** The fact of the line before; of an earlier line while lines are only checked. */
  #previous: Fact | undefined;

  /** Adds the facts to the batch, when there is one. The bytes end with a line break. */
  read(bytes: Buffer, batch: Fact[] | undefined): void {
    const texts = new LineTexts(bytes);
    let checkedAt = -1;
    for (let at = 0, end = 0; at < bytes.length; at = end) {
      end = this.#scanner.scan(bytes, at);
      if (end === -1) {
        end = bytes.indexOf(LF, at) + 1;
        if (checkedAt !== -1) this.#previous = parseFactLine(bytes.toString('utf8', checkedAt, at - 1));
        checkedAt = -1;
        const fact = this.#parse(texts.slice(at, end - 1));
        batch?.push(fact);
      } else {
        this.tally.another();
        if (batch === undefined) checkedAt = at;
        else batch.push(this.#scanned(texts));
      }
    }
    if (checkedAt !== -1) this.#previous = parseFactLine(bytes.toString('utf8', checkedAt, bytes.length - 1));
  }

  #parse(line: string): Fact {
    const fact = parseLine(line, this.tally);
    if (!isCanonical(line, fact)) throw lineFault(this.tally, 'it is not written in the canonical form');
    if (this.#previous !== undefined && compareFacts(this.#previous, fact) >= 0) {
      throw lineFault(this.tally, 'it is not in order, or repeats the line before');
    }
    this.tally.fact(fact);
    this.#scanner.follow(fact);
    this.#previous = fact;
    return fact;
  }

  /** The fact of the line that the scanner has recognized: the values of the line before where they are the same. */
  #scanned(texts: LineTexts): Fact {
    const { starts, ends, differs } = this.#scanner;
    const { predicate, args: before } = this.#previous as Fact;
    const args = before.map((value, column) =>
      differs[column] === 0
        ? value
        : { type: value.type, id: texts.slice(starts[column] as number, ends[column] as number) },
    );
    this.#previous = { predicate, args };
    return this.#previous;
  }
}

/** Texts out of bytes, which are decoded at once when they are ASCII. */
class LineTexts {
  readonly #bytes: Buffer;
  #ascii: string | undefined;
  #isAscii = true;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  slice(start: number, end: number): string {
    this.#ascii ??= this.#decode();
    return this.#isAscii ? this.#ascii.slice(start, end) : this.#bytes.toString('utf8', start, end);
  }

  #decode(): string {
    this.#isAscii = isAscii(this.#bytes);
    return this.#isAscii ? this.#bytes.toString('latin1') : '';
  }
}

function parseLine(line: string, tally: FactTally): Fact {
  try {
    return parseFactLine(line);
  } catch (error) {
    throw lineFault(tally, messageOf(error), error);
  }
}

/** Without a backslash nothing is escaped, and then the length alone tells whether there is anything superfluous. */
function isCanonical(line: string, fact: Fact): boolean {
  if (line.includes('\\')) return printFactLine(fact) === `${line}\n`;
  let length = fact.predicate.length + 4;
  for (const { type, id } of fact.args) length += type.length + id.length + 6;
  return length === line.length;
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
