import { X509Certificate } from 'node:crypto';
import type { Settings } from '../config/options.ts';
import { parseHttpUrl } from '../config/parse-value.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { NodeAddress } from './ask-node.ts';
import { readAll } from './watched-file.ts';

/** The node at `--url`. Throws CONFIG_INVALID. */
export function addressAt(url: string): NodeAddress {
  const parsed = parseHttpUrl(url);
  if (parsed.ok) return { url: parsed.value };
  throw new OsoError('CONFIG_INVALID', `\`--url\` ${parsed.problem}${parsed.mayHoldSecret ? '' : `, not \`${url}\``}`);
}

/** The node that the settings describe, on this machine. */
export async function localAddress({
  host = '::',
  port,
  tlsCert,
}: Pick<Settings, 'host' | 'port' | 'tlsCert'>): Promise<NodeAddress> {
  // Who listens on all interfaces is here as well.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const place = `${name.includes(':') ? `[${name}]` : name}:${port}`;
  if (tlsCert === undefined) return { url: `http://${place}` };
  const url = `https://${place}`;
  try {
    return { url, certificate: await readCertificate(tlsCert) };
  } catch (error) {
    // An authority that this machine trusts anyway may have signed it.
    const why = error instanceof OsoError ? error.message : `\`${tlsCert}\` is no certificate as PEM`;
    return { url, unknown: why };
  }
}

/** The node's own, without the chain behind it: others of the same authority are not this node's. */
async function readCertificate(path: string): Promise<string> {
  const [chain = Buffer.of()] = await readAll([path]);
  return new X509Certificate(chain).toString();
}
