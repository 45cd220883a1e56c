import { OsoError } from '../errors/oso-error.ts';
import { messageOf } from '../util/message-of.ts';
import { readAll } from './watched-file.ts';

/** The contents of a file of client keys. Throws CONFIG_INVALID when it cannot be read. */
export async function readClientKeys(path: string): Promise<Buffer> {
  const [content = Buffer.of()] = await readAll([path]).catch((error: unknown) => {
    throw unreadable('OSO_CLIENT_KEYS_FILE', error);
  });
  return content;
}

/** CONFIG_INVALID for a file that a setting names. */
export function unreadable(variable: string, error: unknown): OsoError {
  return new OsoError('CONFIG_INVALID', `\`${variable}\`: ${messageOf(error)}`, { cause: error });
}
