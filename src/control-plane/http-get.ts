import type { Agent, Dispatcher } from 'undici';
import { OsoError } from '../errors/oso-error.ts';
import type { Clock } from '../util/clock.ts';
import { printDuration } from '../util/duration.ts';
import { hostAndPort } from './api-url.ts';
import { codeOf, connectionError } from './connection-error.ts';
import { malformed } from './malformed.ts';
import { createRateWatch } from './rate-watch.ts';
import type { TransferLimits } from './transfer-limits.ts';
import { withDeadline } from './with-deadline.ts';

export interface GetRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly limits: TransferLimits;
  /** Most body bytes accepted. */
  readonly maxBytes: number;
  readonly onBytes?: ((received: number, expected: number | undefined) => void) | undefined;
}

export interface HttpReply {
  readonly status: number;
  /** By lower-case name; repeated ones joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /** Read at most once; under all limits, and it throws unless it is as long as announced. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives up what has not been read. */
  discard(): void;
}

/** More names than this no server of an API sends. */
const MAX_HEADER_COUNT = 200;

/**
 * One GET, with redirects reported as they are. Throws CONTROL_PLANE_UNREACHABLE, CONTROL_PLANE_MALFORMED, or the
 * signal's reason; the body throws the same.
 */
export async function httpGet(agent: Agent, request: GetRequest): Promise<HttpReply> {
  const { url, clock } = request;
  const stop = new AbortController();
  const exchange: Exchange = {
    request,
    startedMs: clock.monotonicMs(),
    signal: AbortSignal.any([request.signal, stop.signal]),
    stop: (reason) => stop.abort(reason),
  };
  const response = await send(agent, exchange);
  try {
    const headers = new Map(
      Object.entries(response.headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]),
    );
    if (headers.size > MAX_HEADER_COUNT) throw wrongAnswer(url, `has more than ${MAX_HEADER_COUNT} headers`);
    // Of any other answer the status is what matters, and of its body at most a few words are read.
    if (response.statusCode === 200) checkContent(headers, url, request.maxBytes);
    return {
      status: response.statusCode,
      headers,
      body: readBody(response, exchange, announcedBytes(headers)),
      discard: () => stop.abort(),
    };
  } catch (error) {
    stop.abort();
    throw error;
  }
}

interface Exchange {
  readonly request: GetRequest;
  readonly startedMs: number;
  readonly signal: AbortSignal;
  stop(reason?: OsoError): void;
}

function send(agent: Agent, { request, signal, stop }: Exchange): Promise<Dispatcher.ResponseData> {
  const { url, headers, clock, limits } = request;
  const work = agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'GET',
    headers,
    signal,
    // Off: the deadlines of this module take their place.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const expire = () => {
    stop(tooSlow(`no answer from ${hostAndPort(url)} within ${printDuration(limits.headersMs)}`));
  };
  return withDeadline(work, { clock, afterMs: limits.headersMs, expire }).catch((error) => {
    throw signal.aborted ? signal.reason : connectionError(error, url);
  });
}

function checkContent(headers: ReadonlyMap<string, string>, url: URL, maxBytes: number): void {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (encoding !== 'identity') {
    throw wrongAnswer(
      url,
      'is compressed although it was asked for as it is',
      'a proxy in between may be compressing answers',
    );
  }
  const bytes = announcedBytes(headers);
  if (bytes === undefined || bytes <= maxBytes) return;
  throw wrongAnswer(url, `announces ${bytes} bytes, more than the limit of ${maxBytes}`);
}

function announcedBytes(headers: ReadonlyMap<string, string>): number | undefined {
  const length = headers.get('content-length');
  return length === undefined ? undefined : Number(length);
}

async function* readBody(
  response: Dispatcher.ResponseData,
  exchange: Exchange,
  expectedBytes: number | undefined,
): AsyncGenerator<Uint8Array> {
  const { url, clock, limits, maxBytes, onBytes } = exchange.request;
  const rate = createRateWatch(limits);
  const chunks: AsyncIterator<Uint8Array> = response.body[Symbol.asyncIterator]();
  let received = 0;
  try {
    for (;;) {
      const askedMs = clock.monotonicMs();
      const next = await nextChunk(chunks, exchange, received);
      if (next.done) break;
      received += next.value.length;
      if (received > maxBytes) throw wrongAnswer(url, `is longer than the limit of ${maxBytes} bytes`);
      // A longer wait would have been the end: this process was stopped.
      const waitedMs = Math.min(clock.monotonicMs() - askedMs, limits.idleMs);
      if (rate.isTooSlow(next.value.length, waitedMs)) {
        throw tooSlow(
          `fewer than ${limits.minimumBytesPerSecond} bytes a second from ${hostAndPort(url)}, after ${received}`,
        );
      }
      onBytes?.(received, expectedBytes);
      yield next.value;
    }
    if (expectedBytes !== undefined && received !== expectedBytes) throw cutShort(url, received, expectedBytes);
  } finally {
    exchange.stop();
  }
}

async function nextChunk(
  chunks: AsyncIterator<Uint8Array>,
  { request, startedMs, signal, stop }: Exchange,
  received: number,
): Promise<IteratorResult<Uint8Array>> {
  const { url, clock, limits } = request;
  const leftMs = startedMs + limits.totalMs - clock.monotonicMs();
  const tooLong = () => tooSlow(`the answer of ${hostAndPort(url)} took longer than ${printDuration(limits.totalMs)}`);
  if (leftMs <= 0) throw tooLong();
  const stalled = () => {
    return tooSlow(`no data from ${hostAndPort(url)} for ${printDuration(limits.idleMs)}, after ${received} bytes`);
  };
  const expire = () => stop(leftMs < limits.idleMs ? tooLong() : stalled());
  try {
    return await withDeadline(chunks.next(), { clock, afterMs: Math.min(leftMs, limits.idleMs), expire });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw cutShort(url, received, undefined, codeOf(error));
  }
}

function tooSlow(message: string): OsoError {
  return new OsoError('CONTROL_PLANE_UNREACHABLE', message, {
    hint: 'check the network between this machine and the control plane',
  });
}

function cutShort(url: URL, received: number, expected: number | undefined, code?: string): OsoError {
  const of = expected === undefined ? '' : ` of ${expected}`;
  const why = code === undefined ? '' : ` (${code})`;
  const message = `the answer of ${hostAndPort(url)} was cut short after ${received}${of} bytes${why}`;
  return malformed(message, { cause: code === undefined ? undefined : { code } });
}

function wrongAnswer(url: URL, what: string, hint?: string): OsoError {
  return malformed(`the answer of ${hostAndPort(url)} ${what}`, { hint });
}
