import type { Duplex } from 'node:stream';
import type { Exchange } from './exchange.ts';

/** Status and message for what Node's parser or its timeouts refuse; everything else is 400. */
const REFUSALS: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the request line and headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request took too long to arrive'],
};
const LONG_REQUEST_LINE = ['414 URI Too Long', 'the request line is too long'] as const;
const MALFORMED = ['400 Bad Request', 'this is not a well-formed HTTP request'] as const;

/**
 * Answers what never became a request, then closes. Earlier requests of the connection that have arrived in full are
 * answered first; of several whose answers take a while only the first is sure of its. Not logged: anyone can send nonsense.
 */
export function refuseMalformed(error: Error, socket: Duplex, open: Iterable<Exchange>): void {
  const earlier = [...open].filter(({ request }) => request.socket === socket);
  const whole = earlier.find(({ request }) => request.complete);
  if (whole !== undefined) whole.onceFinished(() => refuseMalformed(error, socket, open));
  else if (earlier.some(({ headersSent }) => headersSent)) socket.destroy();
  else refuse(error, socket);
}

function refuse(error: Error, socket: Duplex): void {
  // Words to somebody who has not shaken hands would wait for ever.
  const isShakingHands = 'secureConnecting' in socket && socket.secureConnecting === true;
  if (!socket.writable || isShakingHands || codeOf(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, message] = isRequestLine(error) ? LONG_REQUEST_LINE : (REFUSALS[codeOf(error)] ?? MALFORMED);
  const body = JSON.stringify({ message });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

/** Whether what overflowed begins like a request and has no line end: then the URL is too long, not the headers. */
function isRequestLine(error: Error): boolean {
  if (codeOf(error) !== 'HPE_HEADER_OVERFLOW' || !('rawPacket' in error)) return false;
  const packet = error.rawPacket;
  return Buffer.isBuffer(packet) && /^[A-Z]+ [^\n]+$/u.test(packet.toString('latin1'));
}

function codeOf(error: Error): string {
  return String((error as NodeJS.ErrnoException).code);
}
