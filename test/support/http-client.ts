import { once } from 'node:events';
import type { Server } from 'node:http';
import { request as nodeRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  /** Parsed body; undefined when it is not JSON. */
  readonly json: unknown;
}

export interface HttpRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
}

/** Listens on a free loopback port. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return address.port;
}

export async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

/** One request over a connection of its own. */
export function send(port: number, { method, path, headers = {}, body }: HttpRequest): Promise<HttpReply> {
  const payload = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const verb = method ?? (body === undefined ? 'GET' : 'POST');
  return new Promise((resolve, reject) => {
    const outgoing = nodeRequest(
      { host: '127.0.0.1', port, method: verb, path, headers: { ...lengthOf(payload), ...headers }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString('utf8');
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, bytes, text, json: parsed(text) });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}

/** Sends bytes as they are and collects what comes back until the server closes or `isEnough` says so. */
export function sendRaw(
  port: number,
  bytes: string | Buffer,
  isEnough: (received: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (isEnough(received)) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

/** Sends the same bytes over many connections, once all of them are open, and collects the first piece that each answers. */
export async function sendTogether(server: Server, bytes: string, count: number): Promise<string[]> {
  const { port } = server.address() as AddressInfo;
  const accepted = new Promise<void>((resolve) => {
    let left = count;
    const onConnection = () => {
      left -= 1;
      if (left > 0) return;
      server.removeListener('connection', onConnection);
      resolve();
    };
    server.on('connection', onConnection);
  });
  const sockets = Array.from({ length: count }, () => connect(port, '127.0.0.1'));
  await accepted;
  return await Promise.all(
    sockets.map(async (socket) => {
      socket.write(bytes);
      const answer = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
      socket.destroy();
      return String(answer[0]);
    }),
  );
}

/** Node leaves the body of a DELETE without a length. */
function lengthOf(payload: string | Buffer | undefined): Record<string, string> {
  return payload === undefined ? {} : { 'content-length': `${Buffer.byteLength(payload)}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
