import type { Server } from 'node:net';

/** Of the socket that a server listens on. Node.js tells it in no other way. Throws where there are none: on Windows. */
export function descriptorOf(server: Server): number {
  const handle: unknown = Reflect.get(server, '_handle');
  const descriptor: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  if (typeof descriptor === 'number' && descriptor >= 0) return descriptor;
  throw new Error('the listening socket has no descriptor that threads could share');
}
