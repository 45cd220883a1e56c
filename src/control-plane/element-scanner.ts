/** Levels of containers within one another. Answers have three; the rest is room for keys that are ignored. */
export const MAX_DEPTH = 32;

/** What a scan came to. */
export type ScanEnd =
  /** An element ends before this comma. */
  | 'comma'
  /** The array ends with this `]`. */
  | 'close'
  /** The bytes end first. */
  | 'more'
  /** Containers nest deeper than allowed. */
  | 'too-deep'
  /** The array is closed by a `}`. */
  | 'mismatch';

/**
 * Finds where the elements of one JSON array end, from the byte after its `[` on, in pieces of any size. It builds
 * nothing and checks nothing but the nesting: what lies between two ends is for a JSON parser to judge.
 */
export class ElementScanner {
  readonly #maxDepth: number;
  #depth = 0;
  #inString = false;
  /** The next byte belongs to an escape. */
  #escaped = false;
  #position = 0;
  #members = 0;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  /** Where the latest scan stopped: the comma, the bracket, or the length of the bytes. */
  get position(): number {
    return this.#position;
  }

  /** Members of objects so far, by their colons: a key that stands twice in one object counts twice. */
  get members(): number {
    return this.#members;
  }

  /** Scans `bytes` from `start`. After `more` the next call goes on with the next piece. */
  scan(bytes: Uint8Array, start: number): ScanEnd {
    let at = start;
    while (at < bytes.length) {
      if (this.#inString) {
        at = this.#skipString(bytes, at);
        continue;
      }
      const end = this.#step(bytes[at]);
      if (end !== undefined) {
        this.#position = at;
        return end;
      }
      at += 1;
    }
    this.#position = at;
    return 'more';
  }

  /** One byte outside strings. */
  #step(byte: number | undefined): ScanEnd | undefined {
    switch (byte) {
      case QUOTE:
        this.#inString = true;
        return undefined;
      case COLON:
        this.#members += 1;
        return undefined;
      case COMMA:
        return this.#depth === 0 ? 'comma' : undefined;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        this.#depth += 1;
        return this.#depth > this.#maxDepth ? 'too-deep' : undefined;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (this.#depth === 0) return byte === CLOSE_BRACKET ? 'close' : 'mismatch';
        this.#depth -= 1;
        return undefined;
      default:
        return undefined;
    }
  }

  /** Returns the position after the closing quote, or the length. */
  #skipString(bytes: Uint8Array, start: number): number {
    let escaped = this.#escaped;
    for (let at = start; at < bytes.length; at += 1) {
      if (escaped) {
        escaped = false;
      } else if (bytes[at] === QUOTE) {
        this.#inString = false;
        this.#escaped = false;
        return at + 1;
      } else {
        escaped = bytes[at] === BACKSLASH;
      }
    }
    this.#escaped = escaped;
    return bytes.length;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
