import { type Fact, MAX_FACT_ARITY, MAX_ID_BYTES } from './fact.ts';
import type { NextFact } from './fact-sink.ts';

/** Bytes that a buffer of lines must have behind the last one: lines are looked at several bytes at a time. */
export const SLACK_BYTES = 8;

/**
 * Recognizes the usual canonical line without making objects: the one that follows another line of the same signature,
 * and whose new ids need no escapes. It compares bytes with those of the line before, and so tells at once that the line
 * is well formed, canonical and in order. What it does not recognize may still be right: that is for the parser to say.
 *
 * Both lines lie in one buffer: what V8 must check at every access is then checked for one object instead of two.
 */
export class LineScanner implements NextFact {
  readonly bytes: Uint8Array;
  /** Where the line before begins. */
  start = 0;
  /** Where its ids lie, by column, from its start on. */
  readonly starts = new Int32Array(MAX_FACT_ARITY);
  readonly ends = new Int32Array(MAX_FACT_ARITY);
  /** Of a recognized line: the ids that are not those of the line before. */
  differs = 0;
  readonly #view: DataView;
  /** Behind the LF of the line before. */
  #end = 0;
  #arity = 0;
  /** Columns whose ids have escapes, bits as in `differs`: their bytes are in another order than their ids. */
  #escaped = 0;

  /** Lines come to lie in these bytes, with SLACK_BYTES behind them. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Makes a canonical line that the parser has read, and that begins at `start`, the line before. */
  follow({ predicate, args }: Fact, start: number): void {
    let length = 1 + Buffer.byteLength(JSON.stringify(predicate));
    this.#escaped = 0;
    for (const [column, { type, id }] of args.entries()) {
      const text = JSON.stringify(id);
      this.starts[column] = length + Buffer.byteLength(JSON.stringify(type)) + 3;
      length = (this.starts[column] as number) - 1 + Buffer.byteLength(text);
      this.ends[column] = length - 1;
      if (text.includes('\\')) this.#escaped |= 1 << column;
    }
    this.#arity = args.length;
    this.start = start;
    this.#end = start + length + 2;
  }

  /** The line before was moved towards the start of the buffer. */
  movedBack(by: number): void {
    this.start -= by;
    this.#end -= by;
  }

  /**
   * Where the line that begins at `from` ends, behind its LF, or -1 when it must be parsed: then the parser's line comes
   * next, see `follow`. The bytes are UTF-8. A recognized line is the line before from then on.
   *
   * Goes from one id that differs to the next: what lies between them is as in the line before.
   */
  scan(from: number): number {
    const [view, start, end, starts, ends] = [this.#view, this.start, this.#end, this.starts, this.ends];
    const move = from - start;
    let column = 0;
    /** How much longer the line now is than the line before, up to where they were compared. */
    let grown = 0;
    let differs = 0;
    let at = passCommon(view, start, end, move);
    if (at === end || !isLater(view.getUint8(at), view.getUint8(at + move))) return -1;
    while (at !== end) {
      while (column < this.#arity && at - start > (ends[column] as number)) this.#shift(column++, grown);
      if (column === this.#arity || at - start < (starts[column] as number)) return -1;
      const idStart = (starts[column] as number) + grown;
      const idEnd = endOfId(view, at + move + grown) - from;
      if (idEnd <= idStart || idEnd - idStart > MAX_ID_BYTES || (this.#escaped & (1 << column)) !== 0) return -1;
      at = start + (ends[column] as number);
      grown = idEnd - (ends[column] as number);
      starts[column] = idStart;
      ends[column] = idEnd;
      differs |= 1 << column++;
      at = passCommon(view, at, end, move + grown);
    }
    while (column < this.#arity) this.#shift(column++, grown);
    this.start = from;
    this.#end = end + move + grown;
    this.differs = differs;
    return this.#end;
  }

  #shift(column: number, by: number): void {
    this.starts[column] = (this.starts[column] as number) + by;
    this.ends[column] = (this.ends[column] as number) + by;
  }
}

/**
 * The first place from `from` to `end` in the line before whose byte is another one in the line now, `shift` bytes further
 * on; or `end`. The LF, which the line now has only at its end, stops it there.
 *
 * Doubles pass eight bytes a step, and are equal only when all bytes are, but for the two zeros: and a line that was
 * recognized or parsed has no bytes of zero. Words then tell which byte it is.
 */
function passCommon(view: DataView, from: number, end: number, shift: number): number {
  let at = from;
  while (at < end && view.getFloat64(at, true) === view.getFloat64(at + shift, true)) at += 8;
  for (; at < end; at += 4) {
    const differing = view.getInt32(at, true) ^ view.getInt32(at + shift, true);
    if (differing !== 0) return Math.min(end, at + firstByte(differing));
  }
  return end;
}

/** Whether the first byte that differs makes an id later than that of the line before: also when it merely goes on. */
function isLater(before: number, now: number): boolean {
  return now !== QUOTE && (before === QUOTE || now > before);
}

/** The quote at the end of an id, or -1 when something must be unescaped or is not allowed. */
function endOfId(view: DataView, from: number): number {
  for (let at = from; ; at += 4) {
    const marks = marksIn(view.getInt32(at, true));
    if (marks === 0) continue;
    const end = at + firstByte(marks);
    return view.getUint8(end) === QUOTE ? end : -1;
  }
}

/**
 * The high bit of the first byte of a word that is a quote, a backslash or a control character, 0 when there is none; bits
 * above it mean nothing. A byte less n borrows from its high bit when it was below n, and one XOR c is below 1 when it is c.
 */
function marksIn(word: number): number {
  const quote = word ^ (QUOTE * EACH_BYTE);
  const backslash = word ^ (BACKSLASH * EACH_BYTE);
  const below =
    ((quote - EACH_BYTE) & ~quote) | ((backslash - EACH_BYTE) & ~backslash) | ((word - SPACE * EACH_BYTE) & ~word);
  return below & (0x80 * EACH_BYTE);
}

/** The place of the first byte of a word that is not zero; the first one has the lowest bits. */
function firstByte(word: number): number {
  return (31 - Math.clz32(word & -word)) >> 3;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const EACH_BYTE = 0x0101_0101;
