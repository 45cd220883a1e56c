import { fork } from 'node:child_process';

/** The program that gives a socket back. Once they are put together, programs lie beside this module. */
const COPIER = new URL('copy-listener.js', import.meta.url);

/** It needs a tenth of a second. One that hangs while it starts would keep the socket, and the port with it, for good. */
const DEADLINE_MS = 30_000;

/** Heap of the copier, which does nothing with it. */
const HEAP_MIB = 16;

/**
 * A descriptor of its own for a listening socket of this process, as `server.listen` takes it. Threads cannot send each
 * other sockets, and a descriptor that two of them use is closed for both when one of them ends; but a child inherits
 * it, and what a child sends back is a new descriptor of the same socket. All threads then take connections from one
 * queue: one that dies leaves those that wait to the others. Throws when the child does, and when it takes too long.
 */
export function ownListener(descriptor: number, copier = COPIER, deadlineMs = DEADLINE_MS): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork(copier, [], {
      execArgv: [`--max-old-space-size=${HEAP_MIB}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc', descriptor],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    });
    child.once('error', reject);
    child.once('message', (_, handle: unknown) => {
      child.disconnect();
      if (handle === undefined) reject(new Error('the copier of the listening socket gave none back'));
      else resolve(handle);
    });
    child.once('exit', (code, signal) => {
      reject(new Error(`the copier of the listening socket ended with ${signal ?? `code ${code}`}`));
    });
  });
}
