/// <reference path="./fs-native-extensions.d.ts" />
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Takes an exclusive lock on an open file, or returns false when it is taken. The lock belongs to the open file
 * (F_OFD_SETLK on Linux, flock on macOS): it ends when that is closed or the process dies in whatever way, and other
 * descriptors of the same process do not disturb it.
 */
export function tryLock(descriptor: number): boolean {
  // Loaded with the first lock: threads that answer take none.
  const native: typeof import('fs-native-extensions') = require('fs-native-extensions');
  return native.tryLock(descriptor);
}

/** The same where a filesystem may have no locks. */
export function lockIfPossible(descriptor: number): 'ours' | 'taken' | 'impossible' {
  try {
    return tryLock(descriptor) ? 'ours' : 'taken';
  } catch {
    return 'impossible';
  }
}
