import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGzip, gzip } from 'node:zlib';
import type { Serving } from '../engine/serving.ts';
import type { Clock } from '../util/clock.ts';
import type { IncomingRequest, Watcher } from './incoming-request.ts';
import { NOWHERE, type Placed } from './open-exchanges.ts';
import type { ByteBudget } from './read-body.ts';
import type { Answer, Call, Route } from './route.ts';

/** Below this many characters compressing costs more than it saves. */
const GZIP_FROM_LENGTH = 1_024;

/** How long an unread body goes on being thrown away, so that the client can read its reply. */
const LINGER_MS = 1_000;

/** How long a client may take nothing of a reply that is waiting for it. */
const MOST_SILENCE_MS = 60_000;

/** From this many characters on a reply is refused while the held replies are at their limit. Shorter ones are sent. */
const LONG_REPLY = 16 * 1_024;

/** Memory that a reply takes besides its body until the client has taken it: the objects of request and response. */
const REPLY_BYTES = 4 * 1_024;

/** Memory that a streamed reply takes at most: its pieces on their way. Compressing takes as much again. */
const STREAM_BYTES = 256 * 1_024;

const NO_HEADERS: readonly string[] = [];
const NO_BYTES = Buffer.alloc(0);
const GZIP_HEADERS = ['Content-Encoding', 'gzip'] as const;

const JSON_TYPE = 'application/json';

/** Made once: what is turned away must cost nothing. */
const UNTAKEN = {
  status: 503,
  body: '{"message":"too many long answers wait for clients that do not take them: try again"}',
  headers: ['Retry-After', '1', 'Oso-Fallback-Reason', 'slow_clients'],
} as const;

/** What every exchange of one server shares. */
export interface ExchangeHost {
  readonly clock: Clock;
  readonly draining: boolean;
  /** Replies that clients have not taken yet. */
  readonly heldReplies: ByteBudget;
  /** Exactly once, when the reply is about to be handed over or the client has gone (status 499). */
  finished(exchange: Exchange, status: number): void;
  /** A fault of ours after the reply had begun, so that no status can tell of it. */
  broke(exchange: Exchange, error: unknown): void;
}

/** One request and its reply. */
export class Exchange implements Call, Watcher, Placed {
  readonly request: IncomingRequest;
  readonly startedMs: number;
  readonly requestId: string;
  route: Route | undefined;
  body: unknown;
  bytes: Buffer = NO_BYTES;
  query = '';
  apiKey = '';
  /** Set when the request was refused without reading its body to the end. */
  bodyUnread = false;
  /** Set when what follows on the connection is not to be trusted. */
  isLast = false;
  /** Kept by `OpenExchanges`. */
  place = NOWHERE;
  readonly #host: ExchangeHost;
  readonly #response: ServerResponse;
  #data: Serving | undefined;
  #isCounted = false;
  #afterwards: (() => void) | undefined;
  #streamed: Readable | undefined;
  /** Of the host's held replies. */
  #heldBytes = 0;

  constructor(host: ExchangeHost, request: IncomingRequest, response: ServerResponse) {
    this.request = request;
    this.startedMs = host.clock.monotonicMs();
    this.requestId = requestIdOf(request);
    this.#host = host;
    this.#response = response;
    response.on('close', () => this.#closed());
    // A reply that waits behind others on its connection has no socket yet, and hears nothing of its end.
    request.watcher = this;
  }

  get headersSent(): boolean {
    return this.#response.headersSent;
  }

  /** Runs when this exchange is over. One caller at a time: the latest counts. */
  onceFinished(run: () => void): void {
    this.#afterwards = run;
  }

  get userAgent(): string {
    return this.request.headers['user-agent'] ?? '';
  }

  drawOn(data: Serving): void {
    this.#data = data;
  }

  broke(error: unknown): void {
    this.#host.broke(this, error);
    this.#finish(500);
  }

  /** Sends the reply; nothing happens when the client has gone. A second call is a bug. */
  send(answer: Answer): void {
    const { heldReplies } = this.#host;
    if (heldReplies.usedBytes >= heldReplies.maxBytes && this.#refuses(answer)) return;
    const { body } = answer;
    if (typeof body !== 'string') this.#stream(answer, body);
    else if (body.length < GZIP_FROM_LENGTH || !this.#acceptsGzip()) this.#sendWhole(answer, body, NO_HEADERS);
    // Without the text: its bytes are enough to keep.
    else this.#sendCompressed({ ...answer, body: '' }, Buffer.from(body));
  }

  /** At the limit of held replies: refuses a long reply, or closes a connection that is behind. True when it did. */
  #refuses({ body }: Answer): boolean {
    const isBehind = this.#response.socket === null;
    const isLong = typeof body !== 'string' || body.length >= LONG_REPLY;
    if (!isBehind && !(isLong && this.route?.access === 'api')) return false;
    if (typeof body !== 'string') body.destroy();
    // A client that asks on without taking its replies gets no words: they would be held as well.
    if (isBehind) this.request.socket.destroy();
    else this.#sendWhole(UNTAKEN, UNTAKEN.body, NO_HEADERS);
    return true;
  }

  /** The body counts as held until it is compressed, also when the client has gone meanwhile. */
  #sendCompressed(answer: Answer, body: Buffer): void {
    const { heldReplies } = this.#host;
    heldReplies.usedBytes += body.length;
    gzip(body, (error, bytes) => {
      heldReplies.usedBytes -= body.length;
      if (error) this.#sendWhole(answer, body, NO_HEADERS);
      else this.#sendWhole(answer, bytes, GZIP_HEADERS);
    });
  }

  #sendWhole(answer: Answer, body: string | Buffer, extra: readonly string[]): void {
    // Nobody would give back what it holds.
    if (this.#isCounted) return;
    const sizeBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    const headers = this.#headers(answer);
    headers.push('Content-Length', `${sizeBytes}`, ...extra);
    this.#response.writeHead(answer.status, headers);
    // Before the reply leaves: a client that has it must find it in the metrics, which another thread may serve.
    this.#count(answer.status);
    if (this.request.unreadBytes > 0) this.#endAfterLinger(body);
    else this.#end(body);
    // A timer of the server for all its sockets would be set twice for every request.
    if (this.#response.writableLength > 0) {
      this.#response.setTimeout(MOST_SILENCE_MS);
      this.#hold(sizeBytes + REPLY_BYTES);
    }
    this.#over();
  }

  /** Corked, head and body leave as one string; `end(body)` alone makes a list of two buffers for the kernel. */
  #end(body: string | Buffer): void {
    this.#response.cork();
    this.#response.write(body);
    this.#response.uncork();
    this.#response.end();
  }

  #stream(answer: Answer, body: Readable): void {
    this.#streamed = body;
    const headers = this.#headers(answer);
    // Before `close`, which means that the client has gone, and before Node.js and the pipeline learn of it.
    this.#response.prependListener('finish', () => this.#finish(answer.status));
    this.#response.setTimeout(MOST_SILENCE_MS);
    if (this.request.method === 'HEAD') {
      body.destroy();
      this.#response.writeHead(answer.status, headers).end();
    } else if (this.#acceptsGzip()) {
      this.#hold(2 * STREAM_BYTES);
      this.#response.writeHead(answer.status, [...headers, ...GZIP_HEADERS]);
      pipeline(body, createGzip(), this.#response, () => undefined);
    } else {
      this.#hold(STREAM_BYTES);
      this.#response.writeHead(answer.status, headers);
      pipeline(body, this.#response, () => undefined);
    }
  }

  /** A socket closed over unread bytes is reset, and the reply may be lost with it. */
  #endAfterLinger(body: string | Buffer): void {
    this.#response.write(body);
    const lingering = new AbortController();
    const end = () => {
      lingering.abort();
      this.#response.end();
    };
    this.request.sink = { onPiece: () => undefined, onEnd: end, onGone: end };
    this.#host.clock.sleep(LINGER_MS, lingering.signal).then(end, () => undefined);
  }

  #headers(answer: Answer): string[] {
    const elapsedMs = Math.round(this.#host.clock.monotonicMs() - this.startedMs);
    const headers = [
      'Content-Type',
      answer.contentType ?? JSON_TYPE,
      'X-Request-ID',
      this.requestId,
      'Server-Timing',
      `oso;dur=${elapsedMs}`,
    ];
    if (this.#data !== undefined) {
      const ageMs = this.#data.ageMs?.() ?? this.#host.clock.nowMs() - this.#data.takenAtMs;
      const ageSeconds = Math.max(0, Math.floor(ageMs / 1_000));
      headers.push('Oso-Fallback-Snapshot', this.#data.snapshotId, 'Oso-Fallback-Age', `${ageSeconds}`);
    }
    if (answer.headers !== undefined) headers.push(...answer.headers);
    if (this.#host.draining || this.bodyUnread || this.isLast) headers.push('Connection', 'close');
    return headers;
  }

  #acceptsGzip(): boolean {
    const accepted = this.request.headers['accept-encoding'];
    return accepted !== undefined && /\bgzip\b(?!\s*;\s*q=0(?:\.0+)?(?:,|\s|$))/iu.test(accepted);
  }

  clientGone(): void {
    this.#streamed?.destroy();
    this.#closed();
  }

  /** The client has taken the reply, or has gone. */
  #closed(): void {
    this.#host.heldReplies.usedBytes -= this.#heldBytes;
    this.#heldBytes = 0;
    this.#finish(499);
  }

  #hold(bytes: number): void {
    this.#heldBytes = bytes;
    this.#host.heldReplies.usedBytes += bytes;
  }

  #finish(status: number): void {
    this.#count(status);
    this.#over();
  }

  /** The first time only. */
  #count(status: number): void {
    if (this.#isCounted) return;
    this.#isCounted = true;
    this.#host.finished(this, status);
  }

  /** The reply has been handed over or never will be. The first time only. */
  #over(): void {
    const run = this.#afterwards;
    this.#afterwards = undefined;
    run?.();
  }
}

/** The client's own id, when it is printable: it is echoed into headers and logs. */
function requestIdOf(request: IncomingRequest): string {
  const given = request.headers['x-request-id'];
  return given !== undefined && /^[ -~]{1,200}$/u.test(given) ? given : randomUUID();
}
