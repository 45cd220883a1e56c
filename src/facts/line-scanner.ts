import { type Fact, MAX_FACT_ARITY, MAX_ID_BYTES } from './fact.ts';

/** Room for an id and the zero behind it. */
const SLOT_BYTES = MAX_ID_BYTES + 4;

/**
 * Recognizes the usual canonical line without making objects: the one that follows another line of the same signature,
 * without escapes. It compares bytes with those of the line before, and so tells at once that the line is well formed,
 * canonical and in order. What it does not recognize may still be right: that is for the parser to say.
 */
export class LineScanner {
  /** Where the ids of the line recognized last lie in its bytes, by column; whether they differ from the line before. */
  readonly starts = new Int32Array(MAX_FACT_ARITY);
  readonly ends = new Int32Array(MAX_FACT_ARITY);
  readonly differs = new Uint8Array(MAX_FACT_ARITY);
  /** What stands before each id, and at the end; undefined before the first line. */
  #gaps: readonly Uint8Array[] | undefined;
  /** The ids of the line before, each in its slot with a zero behind it, and room for those of the next. */
  #ids = new Uint8Array(MAX_FACT_ARITY * SLOT_BYTES);
  #nextIds = new Uint8Array(MAX_FACT_ARITY * SLOT_BYTES);

  /** Makes a fact that the parser has read the line before. */
  follow({ predicate, args }: Fact): void {
    // The zero behind an id would not end it.
    if (args.some(({ id }) => id.includes('\0'))) {
      this.#gaps = undefined;
      return;
    }
    const [first = '', ...names] = args.map(({ type }) => JSON.stringify(type));
    const head = `[${JSON.stringify(predicate)}`;
    const middle = names.map((name) => `",${name},"`);
    const texts = args.length === 0 ? [`${head}]\n`] : [`${head},${first},"`, ...middle, '"]\n'];
    this.#gaps = texts.map((text) => Buffer.from(text));
    for (const [column, { id }] of args.entries()) {
      const bytes = Buffer.from(id);
      this.#ids.set(bytes, column * SLOT_BYTES);
      this.#ids[column * SLOT_BYTES + bytes.length] = 0;
    }
  }

  /**
   * Where the line that begins at `from` ends, behind its LF, or -1 when it must be parsed. The bytes are UTF-8 and
   * end with LF. A recognized line is the line before from then on.
   */
  scan(bytes: Uint8Array, from: number): number {
    const gaps = this.#gaps;
    if (gaps === undefined) return -1;
    const last = gaps.length - 1;
    let at = from;
    let isLater = false;
    for (let column = 0; column < last; column++) {
      at = passGap(bytes, at, gaps[column]);
      if (at === -1) return -1;
      const difference = this.#scanId(bytes, at, column);
      if (difference === MALFORMED || (difference < 0 && !isLater)) return -1;
      if (difference > 0) isLater = true;
      at = this.ends[column] ?? 0;
    }
    if (!isLater) return -1;
    at = passGap(bytes, at, gaps[last]);
    if (at === -1) return -1;
    const ids = this.#ids;
    this.#ids = this.#nextIds;
    this.#nextIds = ids;
    return at;
  }

  /** Takes the id that begins at a place, up to its quote. Returns its order relative to the same column of the line before. */
  #scanId(bytes: Uint8Array, start: number, column: number): number {
    const ids = this.#ids;
    const next = this.#nextIds;
    const slot = column * SLOT_BYTES - start;
    const limit = start + MAX_ID_BYTES;
    let difference = 0;
    let at = start;
    let byte = bytes[at] ?? 0;
    while (byte !== QUOTE) {
      if (byte < SPACE || byte === BACKSLASH || at === limit) return MALFORMED;
      // Behind a shorter id of the line before is a zero, so that the longer one is later.
      if (difference === 0) difference = byte - (ids[slot + at] ?? 0);
      next[slot + at] = byte;
      byte = bytes[++at] ?? 0;
    }
    if (at === start) return MALFORMED;
    if (difference === 0 && ids[slot + at] !== 0) difference = -1;
    next[slot + at] = 0;
    this.starts[column] = start;
    this.ends[column] = at;
    this.differs[column] = difference === 0 ? 0 : 1;
    return difference;
  }
}

/** The place behind a text that must be here, or -1. */
function passGap(bytes: Uint8Array, start: number, gap: Uint8Array | undefined): number {
  if (gap === undefined) return -1;
  for (let i = 0; i < gap.length; i++) if (bytes[start + i] !== gap[i]) return -1;
  return start + gap.length;
}

const MALFORMED = -1000;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
