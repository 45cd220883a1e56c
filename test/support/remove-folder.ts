import { rmSync } from 'node:fs';

/** Also while a process that a killed one has left behind writes there: it ends within moments. */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}
