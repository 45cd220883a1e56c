import { type DiskCall, installFaultDisk } from '../soak/support/fault-disk.mjs';

/**
 * Runs `use` while the calls to the disk below `root` that `fails` picks end with EIO, or another `error`. What
 * `fails` throws is thrown by the call.
 */
export async function onFailingDisk<T>(
  root: string,
  fails: (call: DiskCall) => boolean,
  use: () => Promise<T>,
  error = 'EIO',
): Promise<T> {
  const repair = await installFaultDisk(root, (call) => (fails(call) ? { error } : undefined));
  try {
    return await use();
  } finally {
    repair();
  }
}
