import { readFile, stat } from 'node:fs/promises';
import { OsoError } from '../errors/oso-error.ts';

/** Reads a whole file. Throws as `refusePipe` does, and otherwise what the system says. */
export async function readRegularFile(path: string): Promise<Buffer> {
  await refusePipe(path);
  return await readFile(path);
}

/**
 * Throws DIRECTORY_UNUSABLE for a pipe or device: it might be waited for, and nobody could read it again. Throws what the
 * system says when there is nothing.
 */
export async function refusePipe(path: string): Promise<void> {
  const found = await stat(path);
  if (found.isFile() || found.isDirectory()) return;
  throw new OsoError('DIRECTORY_UNUSABLE', `cannot read \`${path}\`: it is a pipe or device, not a file`);
}
