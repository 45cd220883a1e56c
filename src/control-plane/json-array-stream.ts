import { isUtf8 } from 'node:buffer';
import { OsoError } from '../errors/oso-error.ts';
import { DOUBLED_KEY, membersIn, TOO_DEEP, troubleIn } from './doubtful-json.ts';
import { ElementScanner, MAX_DEPTH } from './element-scanner.ts';
import { malformed } from './malformed.ts';

/** No fact comes near: five arguments of 512 bytes, doubled and escaped, are 60 kB. */
const MAX_ELEMENT_BYTES = 1_000_000;
/** Bytes parsed at once, so that one batch is some hundreds of facts. */
const SLICE_BYTES = 64 * 1_024;

/**
 * The elements of a JSON array, in batches, while its bytes arrive: memory holds one piece and one unfinished element.
 *
 * `parseElement` throws an OsoError to refuse one. Throws CONTROL_PLANE_MALFORMED, with the byte where it was noticed,
 * unless the bytes are exactly one array: valid UTF-8, closed, no object with a key twice, with nothing but white space around it.
 */
export async function* readJsonArray<T>(
  chunks: AsyncIterable<Uint8Array>,
  parseElement: (element: unknown) => T,
): AsyncGenerator<T[]> {
  const reader = new ArrayReader(parseElement);
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
      const batch = reader.push(chunk.subarray(at, at + SLICE_BYTES));
      if (batch.length > 0) yield batch;
    }
  }
  reader.end();
}

class ArrayReader<T> {
  readonly #parseElement: (element: unknown) => T;
  readonly #scanner = new ElementScanner(MAX_DEPTH);
  #phase: 'before' | 'inside' | 'after' = 'before';
  /** The start of the unfinished element, in a buffer that grows by doubling. */
  #pending = Buffer.alloc(0);
  #pendingBytes = 0;
  /** Bytes before the current piece. */
  #offset = 0;
  #elementCount = 0;
  /** Members of objects, to the end of the latest complete element, and to that of the latest parsed one. */
  #membersScanned = 0;
  #membersParsed = 0;

  constructor(parseElement: (element: unknown) => T) {
    this.#parseElement = parseElement;
  }

  /** The elements that this piece completes. */
  push(piece: Uint8Array): T[] {
    const batch = this.#phase === 'after' ? this.#expectBlank(piece, 0) : this.#takeElements(piece, this.#open(piece));
    this.#offset += piece.length;
    return batch;
  }

  end(): void {
    if (this.#phase === 'after') return;
    const missing =
      this.#phase === 'before' ? 'holds no JSON array' : 'ends before the `]` of its array: it was cut short';
    throw wrongAt(missing, this.#offset);
  }

  /** Returns where the elements of this piece start: after the `[`, or at its end when that has not come. */
  #open(piece: Uint8Array): number {
    if (this.#phase === 'inside') return 0;
    const at = piece.findIndex((byte) => !isBlank(byte));
    if (at === -1) return piece.length;
    if (piece[at] !== 0x5b) throw wrongAt('is not a JSON array', this.#offset + at);
    this.#phase = 'inside';
    return at + 1;
  }

  #takeElements(piece: Uint8Array, start: number): T[] {
    let end: number | undefined;
    let from = start;
    for (;;) {
      const found = this.#scanner.scan(piece, from);
      const { position } = this.#scanner;
      this.#checkSize(position - (end === undefined ? start - this.#pendingBytes : end + 1), position);
      if (found === 'more') break;
      if (found === 'too-deep') throw wrongAt(TOO_DEEP, this.#offset + position);
      if (found === 'mismatch') throw wrongAt('closes its array with `}`', this.#offset + position);
      end = position;
      from = position + 1;
      this.#membersScanned = this.#scanner.members;
      if (found === 'close') return this.#close(piece, start, end);
    }
    if (end === undefined) {
      this.#keep(piece.subarray(start));
      return [];
    }
    const batch = this.#parse(this.#join(piece.subarray(start, end)), this.#offset + end);
    this.#keep(piece.subarray(end + 1));
    return batch;
  }

  #close(piece: Uint8Array, start: number, end: number): T[] {
    this.#phase = 'after';
    const text = this.#join(piece.subarray(start, end));
    this.#expectBlank(piece, end + 1);
    if (this.#elementCount === 0 && text.every(isBlank)) return [];
    return this.#parse(text, this.#offset + end);
  }

  /** `text` is one element or more, with their commas; `endOffset` is where it ends in the body. */
  #parse(text: Buffer, endOffset: number): T[] {
    const offset = endOffset - text.length;
    if (!isUtf8(text)) throw wrongAt('is not valid UTF-8', offset);
    const elements = parseArray(text);
    if (elements === undefined) throw wrongAt('is not valid JSON', offset + firstElement(text, isBroken));
    this.#membersParsed += membersIn(elements);
    if (this.#membersParsed !== this.#membersScanned) {
      throw wrongAt(DOUBLED_KEY, offset + firstElement(text, hasTrouble));
    }
    const batch: T[] = [];
    for (const element of elements) batch.push(this.#parseOne(element, batch.length, text, offset));
    this.#elementCount += batch.length;
    return batch;
  }

  #parseOne(element: unknown, index: number, text: Buffer, offset: number): T {
    try {
      return this.#parseElement(element);
    } catch (error) {
      if (!(error instanceof OsoError)) throw error;
      const at = offset + (elementStarts(text)[index] ?? 0);
      throw wrongAt(`holds a wrong element, number ${this.#elementCount + index + 1}: ${error.message}`, at);
    }
  }

  #checkSize(bytes: number, position: number): void {
    if (bytes <= MAX_ELEMENT_BYTES) return;
    throw wrongAt(`holds an element of more than ${MAX_ELEMENT_BYTES} bytes`, this.#offset + position);
  }

  #expectBlank(piece: Uint8Array, start: number): T[] {
    const at = piece.subarray(start).findIndex((byte) => !isBlank(byte));
    if (at !== -1) throw wrongAt('goes on after the `]` of its array', this.#offset + start + at);
    return [];
  }

  #keep(rest: Uint8Array): void {
    const bytes = this.#pendingBytes + rest.length;
    if (bytes > this.#pending.length) {
      const grown = Buffer.alloc(Math.max(bytes, 2 * this.#pending.length));
      this.#pending.copy(grown, 0, 0, this.#pendingBytes);
      this.#pending = grown;
    }
    this.#pending.set(rest, this.#pendingBytes);
    this.#pendingBytes = bytes;
  }

  /** What was kept and these bytes; nothing is kept any more. */
  #join(bytes: Uint8Array): Buffer {
    const kept = this.#pending.subarray(0, this.#pendingBytes);
    this.#pendingBytes = 0;
    return kept.length === 0 ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) : Buffer.concat([kept, bytes]);
  }
}

/** Undefined when the text is not a list of elements; a list of none is none. */
function parseArray(text: Buffer): unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(`[${text.toString('utf8')}]`);
    return Array.isArray(parsed) && parsed.length > 0 ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Where the first element starts of which this is true. */
function firstElement(text: Buffer, isTrue: (element: Buffer) => boolean): number {
  const starts = elementStarts(text);
  const found = starts.find((start, index) => {
    const end = starts[index + 1];
    return isTrue(text.subarray(start, end === undefined ? undefined : end - 1));
  });
  return found ?? 0;
}

/** Whether it does not parse alone. */
function isBroken(element: Buffer): boolean {
  return parseArray(element) === undefined;
}

function hasTrouble(element: Buffer): boolean {
  return troubleIn(element, parseArray(element)) !== undefined;
}

/** Only for messages: scans again. */
function elementStarts(text: Buffer): number[] {
  const scanner = new ElementScanner(MAX_DEPTH);
  const starts = [0];
  while (scanner.scan(text, starts.at(-1) ?? 0) === 'comma') starts.push(scanner.position + 1);
  return starts;
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function wrongAt(what: string, offset: number): OsoError {
  return malformed(`the answer of the control plane ${what} (byte ${offset})`);
}
