import { OsoError } from '../errors/oso-error.ts';
import { type Authenticate, createAuthenticate, parseKeyDigests } from '../http/authenticate.ts';
import { ioError } from '../snapshot/io-error.ts';
import { readAll } from './watched-file.ts';

/** The contents of a file of client keys. Throws CONFIG_INVALID when it cannot be read. */
export async function readClientKeys(path: string): Promise<Buffer> {
  const [content = Buffer.of()] = await readAll([path]).catch((error: unknown) => {
    throw unreadable('OSO_CLIENT_KEYS_FILE', path, error);
  });
  return content;
}

/** Accepts the listed keys and no others. Throws CONFIG_INVALID naming the line. */
export function acceptListed(content: Buffer): Authenticate {
  return createAuthenticate({ kind: 'listed', digests: parseKeyDigests(content.toString('utf8')) });
}

/** CONFIG_INVALID for a file that a setting names. */
export function unreadable(variable: string, path: string, error: unknown): OsoError {
  const failure = ioError(error, 'read', path);
  const why = failure instanceof Error ? failure.message : String(failure);
  return new OsoError('CONFIG_INVALID', `\`${variable}\`: ${why}`, { cause: error });
}
