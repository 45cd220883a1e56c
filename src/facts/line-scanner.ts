import { type Fact, MAX_FACT_ARITY, MAX_ID_BYTES } from './fact.ts';

/**
 * Recognizes the usual canonical line without making objects: the one that follows another line of the same signature,
 * and whose new ids need no escapes. It compares bytes with those of the line before, and so tells at once that the line
 * is well formed, canonical and in order. What it does not recognize may still be right: that is for the parser to say.
 */
export class LineScanner {
  /** Where the ids of the line recognized last lie in its bytes, by column; whether they differ from the line before. */
  readonly starts = new Int32Array(MAX_FACT_ARITY);
  readonly ends = new Int32Array(MAX_FACT_ARITY);
  readonly differs = new Uint8Array(MAX_FACT_ARITY);
  readonly #before = new LineBefore();
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  /** Makes a fact that the parser has read the line before. */
  follow(fact: Fact): void {
    this.#before.set(fact);
  }

  /**
   * Where the line that begins at `from` ends, behind its LF, or -1 when it must be parsed. The bytes are UTF-8 and
   * end with LF. A recognized line is the line before from then on: its bytes must not change.
   */
  scan(bytes: Uint8Array, from: number): number {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    const end = this.#compare(from);
    if (end !== -1) this.#goOn(from, end);
    return end;
  }

  #goOn(from: number, end: number): void {
    const before = this.#before;
    before.bytes = this.#bytes;
    before.view = this.#view;
    before.start = from;
    before.end = end;
    for (let column = 0; column < before.arity; column++) {
      before.starts[column] = this.starts[column] ?? 0;
      before.ends[column] = this.ends[column] ?? 0;
      if (this.differs[column] !== 0) before.escaped[column] = 0;
    }
  }

  /** Goes from one id that differs to the next: what lies between them is as in the line before. */
  #compare(from: number): number {
    const { arity, start, end, ends } = this.#before;
    let column = 0;
    let shift = from - start;
    let at = this.#passCommon(start, shift);
    if (at === end) return -1;
    for (let isLater = false; at !== end; isLater = true) {
      column = this.#columnAt(at, column, shift);
      if (column === -1 || (!isLater && !this.#isLater(at, column, shift))) return -1;
      const idEnd = this.#passId(column, at, shift);
      if (idEnd === -1) return -1;
      at = ends[column++] ?? 0;
      shift = idEnd - at;
      at = this.#passCommon(at, shift);
    }
    while (column < arity) this.#keep(column++, shift);
    return end + shift;
  }

  /** The column whose id a place in the line before belongs to, or -1; the columns before it are the same. */
  #columnAt(at: number, first: number, shift: number): number {
    const { arity, starts, ends } = this.#before;
    let column = first;
    while (column < arity && at > (ends[column] ?? 0)) this.#keep(column++, shift);
    return column < arity && at >= (starts[column] ?? 0) ? column : -1;
  }

  /** The first place in the line before whose byte is another one here, `shift` bytes further on; or its end. */
  #passCommon(from: number, shift: number): number {
    const { bytes: before, view: beforeView, end } = this.#before;
    const [bytes, view] = [this.#bytes, this.#view];
    const wordsEnd = Math.min(end, bytes.length - shift) - 4;
    let at = from;
    while (at <= wordsEnd && beforeView.getInt32(at, true) === view.getInt32(at + shift, true)) at += 4;
    while (at < end && before[at] === bytes[at + shift]) at++;
    return at;
  }

  #keep(column: number, shift: number): void {
    this.starts[column] = (this.#before.starts[column] ?? 0) + shift;
    this.ends[column] = (this.#before.ends[column] ?? 0) + shift;
    this.differs[column] = 0;
  }

  /** Whether an id that differs first at a place is later than that of the line before: also when it merely goes on. */
  #isLater(at: number, column: number, shift: number): boolean {
    const byte = this.#bytes[at + shift] ?? 0;
    if (byte === QUOTE) return false;
    return at === this.#before.ends[column] || byte > (this.#before.bytes[at] ?? 0);
  }

  /** Takes the id that differs first at a place. Returns where its quote is, or -1. */
  #passId(column: number, from: number, shift: number): number {
    if (this.#before.escaped[column] !== 0) return -1;
    const bytes = this.#bytes;
    const start = (this.#before.starts[column] ?? 0) + shift;
    let at = from + shift;
    for (let byte = bytes[at] ?? 0; byte !== QUOTE; byte = bytes[++at] ?? 0) {
      if (byte < SPACE || byte === BACKSLASH) return -1;
    }
    if (at === start || at - start > MAX_ID_BYTES) return -1;
    this.starts[column] = start;
    this.ends[column] = at;
    this.differs[column] = 1;
    return at;
  }
}

/** A line in its bytes, and where its ids are, without their quotes. */
class LineBefore {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  arity = 0;
  start = 0;
  end = 0;
  readonly starts = new Int32Array(MAX_FACT_ARITY);
  readonly ends = new Int32Array(MAX_FACT_ARITY);
  /** Columns whose ids have escapes: their bytes are in another order than their ids. */
  readonly escaped = new Uint8Array(MAX_FACT_ARITY);

  set({ predicate, args }: Fact): void {
    let line = `[${JSON.stringify(predicate)}`;
    for (const [column, { type, id }] of args.entries()) {
      line += `,${JSON.stringify(type)},`;
      const text = JSON.stringify(id);
      this.starts[column] = Buffer.byteLength(line) + 1;
      line += text;
      this.ends[column] = Buffer.byteLength(line) - 1;
      this.escaped[column] = text.includes('\\') ? 1 : 0;
    }
    this.bytes = Buffer.from(`${line}]\n`);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    this.arity = args.length;
    this.start = 0;
    this.end = this.bytes.length;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
