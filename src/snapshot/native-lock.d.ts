declare module 'fs-native-extensions' {
  /**
   * Exclusive lock on an open file: F_OFD_SETLK on Linux, flock on macOS. It belongs to the open file, so it ends when
   * that is closed or the process dies, and other descriptors of the same process do not disturb it. False: taken.
   */
  export function tryLock(fd: number): boolean;
  export function unlock(fd: number): void;
}
