import { readFile, stat } from 'node:fs/promises';
import { OsoError } from '../errors/oso-error.ts';

/**
 * Reads a whole file. A pipe or device is refused: it might be waited for, and nobody could read it again. Throws
 * DIRECTORY_UNUSABLE for one, and otherwise what the system says.
 */
export async function readRegularFile(path: string): Promise<Buffer> {
  const found = await stat(path);
  if (found.isFile() || found.isDirectory()) return await readFile(path);
  throw new OsoError('DIRECTORY_UNUSABLE', `cannot read \`${path}\`: it is a pipe or device, not a file`);
}
