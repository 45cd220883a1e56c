import { isUtf8 } from 'node:buffer';
import type { Fact } from '../facts/fact.ts';
import { compareFacts, parseFactLine, printFactLine } from '../facts/fact-line.ts';
import type { FactSink, FactSummary, PackedFacts } from '../facts/fact-sink.ts';
import { LineScanner, SLACK_BYTES } from '../facts/line-scanner.ts';
import { messageOf } from '../util/message-of.ts';
import type { ByteReader } from './byte-reader.ts';
import { FactTally, summaryDifferences } from './fact-tally.ts';
import { FaultFound } from './fault.ts';
import type { SnapshotManifest } from './manifest.ts';

const LF = 0x0a;

/** No line of a valid fact is longer; see `parseFactLine`. */
const MAX_LINE_BYTES = 64 * 1024;

/** Unpacked at a time: few enough to stay in the cache of a core until they are hashed and checked. */
const PART_BYTES = 128 * 1024;

/**
 * Reads the bytes of `facts.jsonl`. Every line must be the canonical print of its fact and come after the line before
 * in canonical order; at the end, counts and digest must be those of the manifest. Throws FaultFound.
 */
export async function* readFacts(
  bytes: ByteReader,
  promised: SnapshotManifest['facts'],
): AsyncGenerator<PackedFacts, void, undefined> {
  const lines = new FactLines(bytes, promised);
  while (await lines.more()) {
    yield lines;
    lines.check();
  }
}

/** The same checks for nobody. Throws FaultFound. */
export async function checkFacts(bytes: ByteReader, promised: SnapshotManifest['facts']): Promise<void> {
  const lines = new FactLines(bytes, promised);
  while (await lines.more()) lines.check();
}

/** Checks line after line: most by a look at the line before, the others by parsing them. */
class FactLines implements PackedFacts {
  readonly #source: ByteReader;
  readonly #promised: SnapshotManifest['facts'];
  readonly #tally = new FactTally();
  /** The line before, what of the next one is there already, and room for a part. */
  readonly #buffer = Buffer.alloc(2 * MAX_LINE_BYTES + PART_BYTES + SLACK_BYTES);
  readonly #scanner = new LineScanner(this.#buffer);
  /** Where the next line begins, and where the bytes of the file end so far. */
  #at = 0;
  #filled = 0;
  /** Bytes of the file that are still to come. */
  #left: number;
  /** The fact of the line before, when that was parsed. */
  #previous: Fact | undefined;

  constructor(source: ByteReader, promised: SnapshotManifest['facts']) {
    this.#source = source;
    this.#promised = promised;
    this.#left = promised.sizeBytes;
  }

  /** Unpacks the next part. At the end compares with the manifest and returns false. */
  async more(): Promise<boolean> {
    const carried = this.#filled - this.#at;
    if (carried > MAX_LINE_BYTES) throw this.#lineFault('it is longer than any fact');
    if (this.#left === 0) {
      if (carried > 0) throw this.#lineFault('it does not end with a line break');
      compareWithManifest(this.#tally, this.#promised);
      return false;
    }
    this.#makeRoom();
    const part = this.#buffer.subarray(this.#filled, this.#filled + Math.min(PART_BYTES, this.#left));
    await this.#source.fill(part);
    this.#tally.bytes(part);
    this.#filled += part.length;
    this.#left -= part.length;
    return true;
  }

  /** Checks the lines that have come whole and are not read yet. */
  check(): void {
    this.#read(undefined);
  }

  /** The same, and hands on their facts. */
  pourInto(sink: FactSink): void {
    this.#read(sink);
  }

  #read(sink: FactSink | undefined): void {
    const end = this.#buffer.lastIndexOf(LF, this.#filled - 1) + 1;
    if (end <= this.#at) return;
    if (!isUtf8(this.#buffer.subarray(this.#at, end))) {
      throw new FaultFound('facts', `facts.jsonl is not UTF-8 after line ${this.#tally.factCount}`);
    }
    for (let at = this.#at, next = 0; at < end; at = next) {
      next = this.#scanner.scan(at);
      if (next === -1) {
        next = this.#buffer.indexOf(LF, at) + 1;
        const fact = this.#parse(at, next - 1);
        sink?.add(fact);
      } else {
        this.#previous = undefined;
        this.#tally.another();
        sink?.addNext(this.#scanner);
      }
    }
    this.#at = end;
  }

  /** Moves the line before, and what follows it, to the start of the buffer. */
  #makeRoom(): void {
    const from = this.#scanner.start;
    this.#buffer.copyWithin(0, from, this.#filled);
    this.#scanner.movedBack(from);
    this.#at -= from;
    this.#filled -= from;
  }

  #parse(at: number, end: number): Fact {
    const line = this.#buffer.toString('utf8', at, end);
    const fact = this.#parseLine(line);
    if (!isCanonical(line, fact)) throw this.#lineFault('it is not written in the canonical form');
    const before = this.#factBefore(at);
    if (before !== undefined && compareFacts(before, fact) >= 0) {
      throw this.#lineFault('it is not in order, or repeats the line before');
    }
    this.#tally.fact(fact);
    this.#scanner.follow(fact, at);
    this.#previous = fact;
    return fact;
  }

  #parseLine(line: string): Fact {
    try {
      return parseFactLine(line);
    } catch (error) {
      throw this.#lineFault(messageOf(error), error);
    }
  }

  /** Only the first line of all begins at 0: the line before stays in the buffer. */
  #factBefore(at: number): Fact | undefined {
    if (at === 0) return undefined;
    return this.#previous ?? parseFactLine(this.#buffer.toString('utf8', this.#scanner.start, at - 1));
  }

  /** The next line is the faulty one. */
  #lineFault(what: string, cause?: unknown): FaultFound {
    return new FaultFound('facts', `line ${this.#tally.factCount + 1} of facts.jsonl is wrong: ${what}`, cause);
  }
}

/** Without a backslash nothing is escaped, and then the length alone tells whether there is anything superfluous. */
function isCanonical(line: string, fact: Fact): boolean {
  if (line.includes('\\')) return printFactLine(fact) === `${line}\n`;
  let length = fact.predicate.length + 4;
  for (const { type, id } of fact.args) length += type.length + id.length + 6;
  return length === line.length;
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
