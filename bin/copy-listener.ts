// Gives the socket on descriptor 4 back to the process that started this one, which then has two descriptors of it: see
// src/workers/thread/own-listener.ts.
import { Socket } from 'node:net';

interface Parent {
  send?(message: string, handle: unknown): void;
}

const parent: Parent = process;
// As a raw handle: the other forms would accept connections here, or read from the socket.
parent.send?.('listener', Reflect.get(new Socket({ fd: 4, readable: false, writable: false }), '_handle'));
process.on('disconnect', () => process.exit());
