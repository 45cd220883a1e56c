import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { OsoError } from '../errors/oso-error.ts';
import type { TlsIdentity } from '../http/http-server.ts';
import { messageOf } from '../util/message-of.ts';
import { unreadable } from './client-keys.ts';
import { readAll } from './watched-file.ts';

/** Where certificate and key lie. */
export interface TlsFiles {
  readonly certPath: string;
  readonly keyPath: string;
}

/** Undefined: no TLS. Throws CONFIG_INVALID when only one of the two is given. */
export function tlsFiles(settings: {
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
}): TlsFiles | undefined {
  const { tlsCert: certPath, tlsKey: keyPath } = settings;
  if (certPath === undefined && keyPath === undefined) return undefined;
  if (certPath !== undefined && keyPath !== undefined) return { certPath, keyPath };
  const [given, other] = keyPath === undefined ? ['OSO_TLS_CERT', 'OSO_TLS_KEY'] : ['OSO_TLS_KEY', 'OSO_TLS_CERT'];
  throw new OsoError('CONFIG_INVALID', `\`${given}\` needs \`${other}\``);
}

/** The contents of both. Throws CONFIG_INVALID when one cannot be read. */
export async function readTlsFiles({ certPath, keyPath }: TlsFiles): Promise<readonly Buffer[]> {
  const [cert] = await readAll([certPath]).catch((error: unknown) => {
    throw unreadable('OSO_TLS_CERT', error);
  });
  const [key] = await readAll([keyPath]).catch((error: unknown) => {
    throw unreadable('OSO_TLS_KEY', error);
  });
  return [cert, key].filter((content) => content !== undefined);
}

/**
 * Throws CONFIG_INVALID when they cannot be served with: half of a replacement, for one, or half of the chain behind
 * the certificate. Nothing of the key is told.
 */
export function tlsIdentity([cert = Buffer.of(), key = Buffer.of()]: readonly Buffer[]): TlsIdentity {
  if (!isPair(cert, key)) throw new OsoError('CONFIG_INVALID', '`OSO_TLS_KEY` is not the key of `OSO_TLS_CERT`');
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const why = messageOf(error).split(':').at(-1);
    throw new OsoError('CONFIG_INVALID', `\`OSO_TLS_CERT\` cannot be served: ${why}`, { cause: error });
  }
  return { cert, key };
}

function isPair(cert: Buffer, key: Buffer): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    throw new OsoError('CONFIG_INVALID', '`OSO_TLS_CERT` and `OSO_TLS_KEY` must be a certificate and its key as PEM');
  }
}
