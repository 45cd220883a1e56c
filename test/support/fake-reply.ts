import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

export type Bytes = string | Uint8Array;

/** One answer, right or wrong. Byte counts are of the body. */
export interface FakeReply {
  /** 200 unless given. */
  readonly status?: number | undefined;
  /** An undefined value leaves the header out. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly body?: Bytes | Iterable<Bytes> | undefined;
  /** `close`: neither length nor chunks, the end of the connection ends the body. */
  readonly framing?: 'length' | 'chunked' | 'close' | undefined;
  /** What `Content-Length` says instead of the truth. */
  readonly announcedLength?: number | string | undefined;
  /** After so many bytes the connection is closed in order (FIN), */
  readonly cutAfter?: number | undefined;
  /** or reset (RST), */
  readonly resetAfter?: number | undefined;
  /** or stays open and silent. */
  readonly stallAfter?: number | undefined;
  /** Bytes in one write, with `delayMs` before each. */
  readonly pieceBytes?: number | undefined;
  readonly delayMs?: number | undefined;
  /** Before each byte of the headers. */
  readonly headerDelayMs?: number | undefined;
  /** Sent as it is instead of everything above; then the connection is closed. */
  readonly raw?: Bytes | undefined;
  /** The connection stays open, nothing is sent. */
  readonly isSilent?: boolean | undefined;
  /** Runs when the request has arrived, before the answer. */
  readonly onRequest?: (() => void) | undefined;
}

export async function sendReply(socket: Socket, reply: FakeReply): Promise<void> {
  reply.onRequest?.();
  if (reply.isSilent) return;
  if (reply.raw !== undefined) {
    socket.end(reply.raw);
    return;
  }
  await sendHead(socket, reply);
  await sendBody(socket, reply);
}

async function sendHead(socket: Socket, reply: FakeReply): Promise<void> {
  const { status = 200, headers = {}, headerDelayMs } = reply;
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  const head = [`HTTP/1.1 ${status} Scripted`, ...lines, ...framingHeader(reply), 'connection: close', '', ''].join(
    '\r\n',
  );
  if (headerDelayMs === undefined) {
    socket.write(head);
    return;
  }
  for (const letter of head) {
    await sleep(headerDelayMs);
    if (socket.destroyed) return;
    socket.write(letter);
  }
}

function framingHeader(reply: FakeReply): string[] {
  const { body = '', framing = 'length', announcedLength } = reply;
  if (announcedLength !== undefined) return [`content-length: ${announcedLength}`];
  if (framing === 'close' || reply.status === 304) return [];
  if (framing === 'chunked') return ['transfer-encoding: chunked'];
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) throw new Error('a body in pieces has no length');
  return [`content-length: ${Buffer.byteLength(body)}`];
}

async function sendBody(socket: Socket, reply: FakeReply): Promise<void> {
  const { cutAfter, resetAfter, stallAfter } = reply;
  const isChunked = reply.framing === 'chunked' && reply.announcedLength === undefined;
  const isWhole = await sendPieces(socket, reply, isChunked);
  if (!isWhole && stallAfter !== undefined) return;
  if (!isWhole && resetAfter !== undefined) socket.resetAndDestroy();
  else socket.end(isChunked && cutAfter === undefined ? '0\r\n\r\n' : '');
}

/** False when it stopped early, because the reply says so or nobody reads. */
async function sendPieces(socket: Socket, reply: FakeReply, isChunked: boolean): Promise<boolean> {
  const limit = reply.cutAfter ?? reply.resetAfter ?? reply.stallAfter;
  let sent = 0;
  for (const piece of pieces(reply)) {
    const bytes = piece.subarray(0, limit === undefined ? undefined : limit - sent);
    if (bytes.length > 0 && !(await write(socket, isChunked ? asChunk(bytes) : bytes, reply.delayMs))) return false;
    sent += bytes.length;
    if (limit !== undefined && sent >= limit) return false;
  }
  return true;
}

function* pieces({ status, body = '', pieceBytes }: FakeReply): Generator<Buffer> {
  if (status === 304) return;
  const parts = typeof body === 'string' || body instanceof Uint8Array ? [body] : body;
  for (const part of parts) {
    const bytes = Buffer.from(part);
    const step = pieceBytes ?? Math.max(bytes.length, 1);
    for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
  }
}

function asChunk(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** False when nobody reads any more. */
async function write(socket: Socket, bytes: Buffer, delayMs: number | undefined): Promise<boolean> {
  if (delayMs !== undefined) await sleep(delayMs);
  if (socket.destroyed) return false;
  const isFlushed = socket.write(bytes);
  // A fast socket would keep the event loop for itself, and with it the client in the same process.
  if (isFlushed) await setImmediate();
  if (!isFlushed) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  return !socket.destroyed;
}
