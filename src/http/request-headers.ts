/**
 * The headers that this server reads, as Node.js gives them: the first of several with one name where there can be only
 * one, otherwise all of them joined by commas. A type without an index: to read another header, list it here.
 */
export type RequestHeaders = { readonly [Name in (typeof NAMES)[number]]: string | undefined };

const NAMES = [
  'host',
  'expect',
  'user-agent',
  'x-request-id',
  'authorization',
  'content-length',
  'accept-encoding',
  'content-encoding',
  'transfer-encoding',
] as const;

/** Node.js drops all but the first of these (its documentation of `message.headers`). */
const SINGLE: ReadonlySet<string> = new Set(['host', 'user-agent', 'authorization', 'content-length']);

/** Of these a second one may be what somebody between client and server goes by; Node.js checks the length itself. */
const ONCE: readonly (keyof RequestHeaders)[] = ['host', 'authorization'];

/** No two of the names are equally long, so a length leaves one to compare with. */
const BY_LENGTH: (keyof RequestHeaders | undefined)[] = [];
for (const name of NAMES) BY_LENGTH[name.length] = name;

/** `raw`: names and values in turn, as they came. Node.js would give a client's dozen headers, read or not. */
export function readRequestHeaders(raw: readonly string[]): RequestHeaders {
  const headers: { -readonly [Name in keyof RequestHeaders]: string | undefined } = {
    host: undefined,
    expect: undefined,
    'user-agent': undefined,
    'x-request-id': undefined,
    authorization: undefined,
    'content-length': undefined,
    'accept-encoding': undefined,
    'content-encoding': undefined,
    'transfer-encoding': undefined,
  };
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const given = raw[at] as string;
    const name = BY_LENGTH[given.length];
    // The first letter tells most others without a copy in lower case.
    if (name === undefined || (given.charCodeAt(0) | 0x20) !== name.charCodeAt(0)) continue;
    if (given.toLowerCase() !== name) continue;
    const before = headers[name];
    if (before === undefined) headers[name] = raw[at + 1];
    else if (!SINGLE.has(name)) headers[name] = `${before}, ${raw[at + 1]}`;
  }
  return headers;
}

/** A header that is there more often than it may be (RFC 9112, 3.2). */
export function repeatedHeader(raw: readonly string[]): keyof RequestHeaders | undefined {
  return ONCE.find((name) => {
    let count = 0;
    for (let at = 0; at < raw.length; at += 2) {
      const given = raw[at] as string;
      if (given.length === name.length && given.toLowerCase() === name) count += 1;
    }
    return count > 1;
  });
}
