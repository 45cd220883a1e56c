/**
 * The headers that this server reads, as Node.js gives them: the first of several with one name where there can be only
 * one, otherwise all of them joined by commas. A type without an index: to read another header, list it here.
 */
export type RequestHeaders = { readonly [Each in Name]: string | undefined } & {
  /** One that came more than once although it may not (RFC 9112, 3.2). */
  readonly repeated: Name | undefined;
};

type Name = (typeof NAMES)[number];

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
const ONCE: ReadonlySet<string> = new Set(['host', 'authorization']);

/** No two of the names are equally long, so a length leaves one to compare with. */
const BY_LENGTH: (Name | undefined)[] = [];
for (const name of NAMES) BY_LENGTH[name.length] = name;

/** `raw`: names and values in turn, as they came. Node.js would give a client's dozen headers, read or not. */
export function readRequestHeaders(raw: readonly string[]): RequestHeaders {
  const headers: { -readonly [Each in keyof RequestHeaders]: RequestHeaders[Each] } = {
    repeated: undefined,
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
    else if (ONCE.has(name)) headers.repeated = name;
  }
  return headers;
}
