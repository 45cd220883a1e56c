import { type Fact, MAX_FACT_ARITY, MAX_ID_BYTES } from './fact.ts';

const NO_BYTES: DataView = new DataView(new ArrayBuffer(0));

/**
 * Recognizes the usual canonical line without making objects: the one that follows another line of the same signature,
 * and whose new ids need no escapes. It compares bytes with those of the line before, and so tells at once that the line
 * is well formed, canonical and in order. What it does not recognize may still be right: that is for the parser to say.
 */
export class LineScanner {
  /** Where the ids of the line before lie in its bytes, by column; of a recognized one also whether they were new. */
  starts = new Int32Array(MAX_FACT_ARITY);
  ends = new Int32Array(MAX_FACT_ARITY);
  readonly differs = new Uint8Array(MAX_FACT_ARITY);
  /** The same places in the line being looked at. */
  #nextStarts = new Int32Array(MAX_FACT_ARITY);
  #nextEnds = new Int32Array(MAX_FACT_ARITY);
  #bytes: Uint8Array | undefined;
  #view = NO_BYTES;
  #length = 0;
  /** The line before, in its bytes. */
  #before = NO_BYTES;
  #start = 0;
  #end = 0;
  #arity = 0;
  /** Columns whose ids have escapes: their bytes are in another order than their ids. */
  readonly #escaped = new Uint8Array(MAX_FACT_ARITY);

  /** Makes a fact that the parser has read the line before. */
  follow({ predicate, args }: Fact): void {
    let line = `[${JSON.stringify(predicate)}`;
    for (const [column, { type, id }] of args.entries()) {
      line += `,${JSON.stringify(type)},`;
      const text = JSON.stringify(id);
      this.starts[column] = Buffer.byteLength(line) + 1;
      line += text;
      this.ends[column] = Buffer.byteLength(line) - 1;
      this.#escaped[column] = text.includes('\\') ? 1 : 0;
    }
    const bytes = Buffer.from(`${line}]\n`);
    this.#before = viewOf(bytes);
    this.#arity = args.length;
    this.#start = 0;
    this.#end = bytes.length;
  }

  /**
   * Where the line that begins at `from` ends, behind its LF, or -1 when it must be parsed. The bytes are UTF-8 and
   * end with LF. A recognized line is the line before from then on: its bytes must not change.
   */
  scan(bytes: Uint8Array, from: number): number {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = viewOf(bytes);
      this.#length = bytes.length;
    }
    const end = this.#compare(from);
    if (end !== -1) this.#goOn(from, end);
    return end;
  }

  #goOn(from: number, end: number): void {
    const { starts, ends } = this;
    this.#before = this.#view;
    this.#start = from;
    this.#end = end;
    this.starts = this.#nextStarts;
    this.ends = this.#nextEnds;
    this.#nextStarts = starts;
    this.#nextEnds = ends;
  }

  /** Goes from one id that differs to the next: what lies between them is as in the line before. */
  #compare(from: number): number {
    const [before, view, end, length] = [this.#before, this.#view, this.#end, this.#length];
    let column = 0;
    let shift = from - this.#start;
    let at = passCommon(before, this.#start, end, view, shift, length);
    if (at === end || !isLater(before.getUint8(at), view.getUint8(at + shift))) return -1;
    while (at !== end) {
      column = this.#columnAt(at, column, shift);
      if (column === -1) return -1;
      const idEnd = endOfId(view, at + shift);
      if (!this.#take(column, shift, idEnd)) return -1;
      at = this.ends[column++] as number;
      shift = idEnd - at;
      at = passCommon(before, at, end, view, shift, length);
    }
    while (column < this.#arity) this.#keep(column++, shift);
    return end + shift;
  }

  /** The column whose id a place in the line before belongs to, or -1; the columns before it are the same. */
  #columnAt(at: number, first: number, shift: number): number {
    let column = first;
    while (column < this.#arity && at > (this.ends[column] as number)) this.#keep(column++, shift);
    return column < this.#arity && at >= (this.starts[column] as number) ? column : -1;
  }

  #keep(column: number, shift: number): void {
    this.#nextStarts[column] = (this.starts[column] as number) + shift;
    this.#nextEnds[column] = (this.ends[column] as number) + shift;
    this.differs[column] = 0;
  }

  /** Takes an id that differs and ends at a place; false when it must be parsed. */
  #take(column: number, shift: number, end: number): boolean {
    const start = (this.starts[column] as number) + shift;
    this.#nextStarts[column] = start;
    this.#nextEnds[column] = end;
    this.differs[column] = 1;
    return end > start && end - start <= MAX_ID_BYTES && this.#escaped[column] === 0;
  }
}

/**
 * The first place from `from` to `end` in the line before whose byte is another one in the line now, `shift` bytes further
 * on; or `end`. The bytes now have the given length, which a DataView itself tells but slowly.
 *
 * Eight bytes are compared as a double, which takes half as many steps as words do. Doubles are equal only when all bytes
 * are, but for the two zeros: and a line that was recognized or parsed has no bytes of zero.
 */
function passCommon(before: DataView, from: number, end: number, now: DataView, shift: number, length: number): number {
  const last = Math.min(end, length - shift);
  let at = from;
  while (at <= last - 8 && before.getFloat64(at, true) === now.getFloat64(at + shift, true)) at += 8;
  if (at <= last - 4 && before.getInt32(at, true) === now.getInt32(at + shift, true)) at += 4;
  while (at < end && before.getUint8(at) === now.getUint8(at + shift)) at++;
  return at;
}

/** Whether the first byte that differs makes an id later than that of the line before: also when it merely goes on. */
function isLater(before: number, now: number): boolean {
  return now !== QUOTE && (before === QUOTE || now > before);
}

/** The quote at the end of an id, or -1 when something must be unescaped or is not allowed. */
function endOfId(bytes: DataView, from: number): number {
  let at = from;
  for (let byte = bytes.getUint8(at); byte !== QUOTE; byte = bytes.getUint8(++at)) {
    if (byte < SPACE || byte === BACKSLASH) return -1;
  }
  return at;
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
