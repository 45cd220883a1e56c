import { isUtf8 } from 'node:buffer';
import { quote } from '../errors/quote.ts';
import type { SourceAge } from './control-plane.ts';
import type { HttpReply } from './http-get.ts';
import { malformed } from './malformed.ts';

/** An answer that is what was asked for. */
export type JsonReply =
  | { readonly kind: 'not-modified' }
  | {
      readonly kind: 'json';
      readonly body: AsyncIterable<Uint8Array>;
      readonly etag: string | undefined;
      readonly ageMs: SourceAge;
    };

/** Bytes of an error's body that are looked at. */
const MAX_ERROR_BYTES = 64 * 1_024;

/** An entity tag (RFC 9110, 8.8.3) that can be sent back and kept; undefined when it cannot. */
export function usableTag(text: string | undefined): string | undefined {
  return text !== undefined && /^(?:W\/)?"[\x21\x23-\x7e]{0,256}"$/.test(text) ? text : undefined;
}

/** Whether an answer stands for the data of a tag: it may name none, and a proxy may have weakened one (RFC 9110, 8.8.3.2). */
export function isSameTag(named: string | undefined, tag: string): boolean {
  return named === undefined || named.replace(/^W\//, '') === tag.replace(/^W\//, '');
}

/** What a node says of its data, and a second more: it rounds down. Throws CONTROL_PLANE_MALFORMED when that is no whole number of seconds. */
export function sourceAge(headers: HttpReply['headers'], what: string): SourceAge {
  const seconds = headers.get('oso-fallback-age');
  if (seconds === undefined) return undefined;
  if (/^\d{1,10}$/.test(seconds)) return (Number(seconds) + 1) * 1_000;
  const message = `${what} was answered with data of age ${quote(seconds)}, which is not a number of seconds`;
  throw malformed(message);
}

/** Throws CONTROL_PLANE_MALFORMED unless the body is JSON in UTF-8: login pages of networks answer 200, too. */
export function checkJsonType(contentType: string | undefined, what: string): void {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const charset = parameters.map((parameter) => /^\s*charset="?([^"]*)"?\s*$/.exec(parameter)?.[1]).find(Boolean);
  const isJson = /^application\/([a-z0-9.+-]+\+)?json$/.test(type.trim());
  if (isJson && (charset === undefined || /^utf-?8$/.test(charset))) return;
  const found = contentType === undefined ? 'without a content type' : `with content type ${quote(contentType)}`;
  throw malformed(`${what} was answered ${found}, not with JSON`, {
    hint: 'check `OSO_URL`: a proxy, a login page or another service may be answering',
  });
}

/** The whole body, which the caller's limit keeps small. Throws CONTROL_PLANE_MALFORMED when it is not UTF-8. */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (!isUtf8(bytes)) throw malformed('the answer of the control plane is not valid UTF-8');
  return bytes.toString('utf8');
}

/** The `message` of an error's body (api reference 2.5), when there is one: it explains, and nothing depends on it. */
export async function readErrorMessage(reply: HttpReply): Promise<string | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readText(firstBytes(reply.body, MAX_ERROR_BYTES)));
    const hasMessage = typeof parsed === 'object' && parsed !== null && 'message' in parsed;
    return hasMessage && typeof parsed.message === 'string' && parsed.message !== '' ? parsed.message : undefined;
  } catch {
    return undefined;
  } finally {
    reply.discard();
  }
}

async function* firstBytes(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of body) {
    seen += chunk.length;
    if (seen > maxBytes) return;
    yield chunk;
  }
}
