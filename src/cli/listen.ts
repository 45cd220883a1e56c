import type { AddressInfo, Server } from 'node:net';
import { OsoError } from '../errors/oso-error.ts';
import { LISTEN_BACKLOG } from '../http/limits.ts';

export interface ListenAt {
  readonly port: number;
  /** Undefined: all interfaces. */
  readonly host: string | undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens on it',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name cannot be resolved now',
};

/** Listens, and returns the port that was given. Throws PORT_UNAVAILABLE, naming address and port. */
export function listen(server: Server, { port, host }: ListenAt): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(unavailable({ port, host }, error));
    server.once('error', onError);
    server.listen({ port, host, backlog: LISTEN_BACKLOG }, () => {
      server.off('error', onError);
      resolve(portOf(server.address()) ?? port);
    });
  });
}

/** `http://localhost:8080`, for people to try. */
export function printUrl({ port, host, isTls = false }: ListenAt & { readonly isTls?: boolean }): string {
  const name = host === undefined || host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `${isTls ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function portOf(address: AddressInfo | string | null): number | undefined {
  return typeof address === 'object' && address !== null ? address.port : undefined;
}

function unavailable({ port, host }: ListenAt, error: NodeJS.ErrnoException): OsoError {
  const where = host === undefined ? `port ${port}` : `port ${port} of \`${host}\``;
  return new OsoError('PORT_UNAVAILABLE', `cannot listen on ${where}: ${REASONS[error.code ?? ''] ?? error.message}`, {
    hint: 'choose another one with `--port` or `--host`',
    cause: error,
  });
}
