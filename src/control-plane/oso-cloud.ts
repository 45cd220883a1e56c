import { randomUUID } from 'node:crypto';
import { Agent } from 'undici';
import type { Secret } from '../config/secret.ts';
import type { OsoError } from '../errors/oso-error.ts';
import type { Fact } from '../facts/fact.ts';
import type { Clock } from '../util/clock.ts';
import { apiRoot } from './api-url.ts';
import type { ControlPlane, FetchOptions } from './control-plane.ts';
import { type HttpReply, httpGet } from './http-get.ts';
import { readJsonArray } from './json-array-stream.ts';
import {
  checkJsonType,
  isSameTag,
  type JsonReply,
  readErrorMessage,
  readText,
  sourceAge,
  usableTag,
} from './json-reply.ts';
import { listByPredicate } from './list-by-predicate.ts';
import { malformed } from './malformed.ts';
import { parseFact } from './parse-fact.ts';
import { parsePolicy } from './parse-policy.ts';
import { replyError, statusOf } from './reply-error.ts';
import { TRANSFER_LIMITS, type TransferLimits } from './transfer-limits.ts';

export interface OsoCloudOptions {
  /** With or without a path prefix, a slash or `/api` at its end. */
  readonly url: string;
  readonly apiToken: Secret;
  /** Name of this node, for the logs of the control plane. */
  readonly clientId?: string | undefined;
  /** Of this program. */
  readonly version: string;
  readonly limits?: TransferLimits | undefined;
  readonly clock: Clock;
}

/** Answers to an unfiltered listing after which predicate by predicate may still work: limits of account or size. */
const LISTING_REFUSED: readonly unknown[] = [400, 403, 413, 422];

/**
 * Oso Cloud's public HTTP API, read-only: GET `/api/policy` and GET `/api/facts` (api reference 4.9, 4.11), the same
 * that the dev-server offers. Redirects are errors, compression is refused, TLS is at least 1.2 and always verified, and the token goes
 * nowhere but to `url`. Proxy variables of the environment are not used.
 */
export function createOsoCloud(options: OsoCloudOptions): ControlPlane {
  const { apiToken, clock, limits = TRANSFER_LIMITS } = options;
  const root = apiRoot(options.url);
  const agent = new Agent({
    // A connection for each request: three in half an hour are cheap, and none of them can be one that the server has
    // closed while facts were being indexed.
    pipelining: 0,
    maxHeaderSize: limits.maxHeaderBytes,
    // What Node.js is told otherwise, by options or environment, does not count.
    connect: { timeout: limits.connectMs, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
  });

  /** Throws unless the answer is a JSON document with status 200, or a 304 that was asked for. */
  async function get(path: string, maxBytes: number, { signal, etag, onBytes }: FetchOptions): Promise<JsonReply> {
    const tag = usableTag(etag);
    const condition = tag === undefined ? {} : { 'if-none-match': tag };
    const headers = { ...commonHeaders(options), 'x-request-id': randomUUID(), ...condition };
    const url = new URL(root + path);
    const reply = await httpGet(agent, { url, headers, signal, clock, limits, maxBytes, onBytes });
    try {
      if (reply.status === 304 && tag !== undefined) {
        reply.discard();
        // Something in between may mix up its answers; without a tag it has to give them.
        const isOurs = isSameTag(reply.headers.get('etag'), tag);
        return isOurs ? { kind: 'not-modified' } : await get(path, maxBytes, { signal, onBytes });
      }
      const what = `GET ${url.pathname}`;
      await checkReply(reply, what, signal);
      const newTag = usableTag(reply.headers.get('etag'));
      return { kind: 'json', body: reply.body, etag: newTag, ageMs: sourceAge(reply.headers, what) };
    } catch (error) {
      reply.discard();
      throw error;
    }
  }

  /** Throws unless the reply has status 200 and JSON. */
  async function checkReply(reply: HttpReply, what: string, signal: AbortSignal): Promise<void> {
    if (reply.status >= 300 && reply.status !== 304) {
      const message = await readErrorMessage(reply);
      signal.throwIfAborted();
      throw replyError(reply, { what, apiToken, nowMs: clock.nowMs(), message });
    }
    if (reply.status !== 200) throw unexpectedStatus(what, reply.status);
    checkJsonType(reply.headers.get('content-type'), what);
  }

  async function listFacts(query: string, fetch: FetchOptions) {
    const reply = await get(`/api/facts${query}`, limits.maxFactsBytes, fetch);
    if (reply.kind === 'not-modified') return 'not-modified';
    return Object.assign(readJsonArray<Fact>(reply.body, parseFact), { etag: reply.etag, ageMs: reply.ageMs });
  }

  return {
    source: root,
    async policy(fetch) {
      const reply = await get('/api/policy', limits.maxPolicyBytes, fetch);
      if (reply.kind === 'not-modified') return 'not-modified';
      return { ...parsePolicy(await readText(reply.body)), etag: reply.etag, ageMs: reply.ageMs };
    },
    async facts({ predicates, ...fetch }) {
      try {
        return await listFacts('', fetch);
      } catch (error) {
        if (!LISTING_REFUSED.includes(statusOf(error)) || predicates.length === 0) throw error;
        return listByPredicate(predicates, fetch, listFacts);
      }
    },
    async close() {
      await agent.destroy();
    },
  };
}

function commonHeaders({ apiToken, clientId, version }: OsoCloudOptions): Record<string, string> {
  return {
    authorization: `Bearer ${apiToken.reveal()}`,
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': `oso-fallback/${version}`,
    'x-osoapiversion': '0',
    ...(clientId === undefined ? {} : { 'x-oso-instance-id': clientId }),
  };
}

function unexpectedStatus(what: string, status: number): OsoError {
  const message =
    status === 304
      ? `${what} was answered with status 304, although no \`If-None-Match\` was sent`
      : `${what} was answered with status ${status} where 200 is expected`;
  return malformed(message, { cause: { status } });
}
