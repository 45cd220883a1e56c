import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { OsoError } from '../errors/oso-error.ts';
import { ioError } from '../snapshot/io-error.ts';
import type { Source } from '../source/source.ts';

/** Reads Polar files, in order. Throws DIRECTORY_UNUSABLE when one cannot be read, POLICY_INVALID when it is no text. */
export function readPolicyFiles(paths: readonly string[]): Promise<readonly Source[]> {
  return Promise.all(paths.map(readPolicyFile));
}

/** Some editors write it; columns of the first line do not count it. */
const BYTE_ORDER_MARK = /^\ufeff/u;

async function readPolicyFile(path: string): Promise<Source> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw ioError(error, 'read', path);
  });
  if (!isUtf8(bytes)) throw new OsoError('POLICY_INVALID', `\`${path}\` is not UTF-8 text`);
  return { name: path, text: bytes.toString('utf8').replace(BYTE_ORDER_MARK, '') };
}
