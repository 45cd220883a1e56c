import { isUtf8 } from 'node:buffer';
import { OsoError } from '../errors/oso-error.ts';
import { checkJsonText } from './check-json-text.ts';

const BYTE_ORDER_MARK = 0xfeff;

/**
 * The JSON value of a body. Throws REQUEST_INVALID for anything that two readers could understand in two ways: bytes
 * that are not UTF-8, a byte order mark, half a surrogate pair, a key twice; and for text that is too deep, too wide
 * or not JSON. `parseUsual` reads the text that most clients send quicker; undefined: it is another.
 */
export function parseBody(bytes: Buffer, parseUsual?: ParseUsual): unknown {
  if (bytes.length === 0) throw new OsoError('REQUEST_INVALID', 'the body is empty: send JSON');
  const text = bytes.toString('utf8');
  if (!isUtf8(bytes)) {
    throw new OsoError('REQUEST_INVALID', `the body is not UTF-8, at byte offset ${firstFaultyByte(bytes, text)}`);
  }
  const usual = parseUsual?.(text);
  return usual === undefined ? parseJson(text) : usual;
}

/** `text` is what the bytes were decoded to: it has other characters in the place of what is not UTF-8. */
function firstFaultyByte(bytes: Buffer, text: string): number {
  const read = Buffer.from(text);
  let at = 0;
  while (bytes[at] === read[at]) at++;
  // The fault begins with the letter that was not finished there.
  while (!isUtf8(bytes.subarray(0, at))) at--;
  return at;
}

/** Of a text that `parseJson` would take, the same value; otherwise undefined. */
export type ParseUsual = (text: string) => unknown;

function parseJson(text: string): unknown {
  if (text.charCodeAt(0) === BYTE_ORDER_MARK) {
    throw new OsoError('REQUEST_INVALID', 'the body starts with a byte order mark: send plain UTF-8');
  }
  checkJsonText(text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new OsoError('REQUEST_INVALID', `the body is not JSON: ${oneLine((cause as SyntaxError).message)}`, {
      cause,
    });
  }
}

function oneLine(message: string): string {
  return message.replace(/[\s\p{Cc}]+/gu, ' ');
}
