import { readFileSync } from 'node:fs';
import type { HttpLimits } from '../http/limits.ts';

/** What a node has open besides connections, the pipes to the process that copies included: 24 files were seen. */
const OWN_FILES = 32;
/** What each of its threads has: a socket to listen on, a file that is read page by page, what its event loop needs. */
const THREAD_FILES = 8;

type Connections = Pick<HttpLimits, 'maxConnections' | 'reservedConnections'>;

/** Files that this process may have open at a time; undefined: nothing says so here. */
export function openFilesLimit(
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): number | undefined {
  try {
    const [, limit] = /^Max open files +(\d+)/mu.exec(read('/proc/self/limits')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/**
 * As many connections as there are files for: with none left the system would not let the control plane be asked, nor a
 * generation be opened. For each that is reserved there is one more that is being closed, or shakes hands.
 */
export function fitConnections(wanted: Connections, openFiles: number | undefined, threads: number): Connections {
  const free = (openFiles ?? Number.POSITIVE_INFINITY) - OWN_FILES - threads * THREAD_FILES;
  const reservedConnections = Math.max(1, Math.min(wanted.reservedConnections, Math.floor(free / 4)));
  const maxConnections = Math.max(1, Math.min(wanted.maxConnections, free - 2 * reservedConnections));
  return { maxConnections, reservedConnections };
}
