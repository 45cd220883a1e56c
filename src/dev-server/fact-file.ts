import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import { OsoError } from '../errors/oso-error.ts';
import type { Fact } from '../facts/fact.ts';
import { parseFactLine } from '../facts/fact-line.ts';

/** Bytes read at once. */
const PIECE_BYTES = 256 * 1024;

/**
 * The facts of a file of canonical lines, a batch for each piece read; blank lines are skipped.
 * Throws FACT_INVALID naming file and line, and the system's error when the file cannot be read.
 */
export async function* readFactFile(path: string, check: (fact: Fact) => void): AsyncGenerator<readonly Fact[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let lineNumber = 0;
  let rest = '';
  const parse = (lines: readonly string[]): Fact[] => {
    const facts: Fact[] = [];
    for (const line of lines) {
      lineNumber += 1;
      if (line.trim() !== '') facts.push(parseLine(line, `${path}:${lineNumber}`, check));
    }
    return facts;
  };
  for await (const bytes of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
    const lines = (rest + decodeText(decoder, bytes, path)).split('\n');
    rest = lines.pop() ?? '';
    yield parse(lines);
    // No fact is this long, and joining piece to piece takes time with the square of their number.
    if (rest.length > PIECE_BYTES) parseLine(rest, `${path}:${lineNumber + 1}`, check);
  }
  yield parse([rest + decodeText(decoder, undefined, path)]);
}

function decodeText(decoder: TextDecoder, bytes: Buffer | undefined, path: string): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (cause) {
    throw new OsoError('FACT_INVALID', `\`${path}\` is not UTF-8`, { cause });
  }
}

function parseLine(line: string, place: string, check: (fact: Fact) => void): Fact {
  try {
    const fact = parseFactLine(line);
    check(fact);
    return fact;
  } catch (error) {
    if (!(error instanceof OsoError)) throw error;
    throw new OsoError(error.code, `${place}: ${error.message}`, { hint: error.hint, cause: error });
  }
}
