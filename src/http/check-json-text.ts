import { OsoError } from '../errors/oso-error.ts';

/** Deepest nesting of arrays and objects. The deepest question of the API needs 6. */
const MAX_NESTING = 64;

/** Most array elements, object members and containers together: `JSON.parse` turns each into an object. */
const MAX_ELEMENTS = 1_000_000;

/** From this many keys on, an object's keys are kept in a set; below, comparing is cheaper. */
const MANY_KEYS = 16;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LETTER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * What must hold before `JSON.parse` may see a text: nesting and number of elements are bounded, no object has a key
 * twice, and no escape makes half a surrogate pair. It checks no grammar: that is the parser's part.
 * Throws REQUEST_INVALID with the offset, in UTF-16 units.
 */
export function checkJsonText(text: string): void {
  const scan: Scan = { text, depth: 0, elements: 0, keys: [], stringStart: 0, stringEnd: 0 };
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = skipString(scan, at);
        break;
      case COLON:
        addKey(scan);
        break;
      case COMMA:
        countElement(scan, at);
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        open(scan, at);
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        scan.depth -= 1;
        break;
    }
  }
}

interface Scan {
  readonly text: string;
  depth: number;
  elements: number;
  /** Keys seen by the object at each depth; an array's entry stays empty. */
  readonly keys: (string[] | Set<string>)[];
  /** Content of the latest string: a key, when a colon follows. */
  stringStart: number;
  stringEnd: number;
}

function open(scan: Scan, at: number): void {
  countElement(scan, at);
  scan.depth += 1;
  if (scan.depth > MAX_NESTING) throw invalid(`the body is nested deeper than ${MAX_NESTING} levels`, at);
  scan.keys[scan.depth] = [];
}

function countElement(scan: Scan, at: number): void {
  scan.elements += 1;
  if (scan.elements > MAX_ELEMENTS) throw invalid(`the body has more than ${MAX_ELEMENTS} elements`, at);
}

/** The offset of the closing quote, or the end of the text. */
function skipString(scan: Scan, start: number): number {
  const { text } = scan;
  let at = start + 1;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) break;
    at += unit === BACKSLASH ? escapeLength(text, at) : 1;
  }
  scan.stringStart = start + 1;
  scan.stringEnd = at;
  return at;
}

/** `\n` is 2 long, `\u0041` 6, a surrogate pair 12. */
function escapeLength(text: string, at: number): number {
  if (text.charCodeAt(at + 1) !== LETTER_U) return 2;
  const unit = Number.parseInt(text.slice(at + 2, at + 6), 16);
  if (!(unit >= 0xd800 && unit <= 0xdfff)) return 6;
  const low = Number.parseInt(/^\\u([0-9a-fA-F]{4})/u.exec(text.slice(at + 6, at + 12))?.[1] ?? '', 16);
  if (unit <= 0xdbff && low >= 0xdc00 && low <= 0xdfff) return 12;
  throw invalid('the body has half a surrogate pair in a string', at);
}

function addKey(scan: Scan): void {
  const keys = scan.keys[scan.depth];
  if (keys === undefined) return;
  const key = decodeKey(scan.text.slice(scan.stringStart, scan.stringEnd));
  if (keys instanceof Set) {
    if (keys.has(key)) throw duplicate(key, scan);
    keys.add(key);
    return;
  }
  if (keys.includes(key)) throw duplicate(key, scan);
  keys.push(key);
  if (keys.length === MANY_KEYS) scan.keys[scan.depth] = new Set(keys);
}

function decodeKey(raw: string): string {
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}

function duplicate(key: string, scan: Scan): OsoError {
  return invalid(`the body has the key ${JSON.stringify(key.slice(0, 100))} twice in one object`, scan.stringStart - 1);
}

function invalid(message: string, at: number): OsoError {
  return new OsoError('REQUEST_INVALID', `${message}, at offset ${at}`);
}
