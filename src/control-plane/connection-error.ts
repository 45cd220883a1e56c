import { OsoError } from '../errors/oso-error.ts';
import { shortageOf } from '../errors/shortage.ts';
import { hostAndPort } from './api-url.ts';
import { malformed, NOT_OSO } from './malformed.ts';

/** Why there was no whole answer, for logs and machines. Never the library's own error, which may hold the request. */
interface ConnectionFailure {
  /** Of the system, of OpenSSL, of llhttp or of the HTTP client. */
  readonly code: string;
}

/**
 * CONTROL_PLANE_UNREACHABLE for what kept a request from being answered; COPY_FAILED when that was this machine, which has
 * no files or no memory left; CONTROL_PLANE_MALFORMED when bytes came that are not HTTP.
 */
export function connectionError(error: unknown, url: URL): OsoError {
  const code = codeOf(error);
  const cause: ConnectionFailure = { code };
  if (/^(HPE_|UND_ERR_HEADERS_OVERFLOW$|UND_ERR_RES_CONTENT_LENGTH_MISMATCH$)/.test(code)) {
    const what =
      code === 'UND_ERR_HEADERS_OVERFLOW' ? 'sent response headers that are too large' : 'did not answer in HTTP';
    return malformed(`${hostAndPort(url)} ${what} (${code})`, { cause });
  }
  const shortage = shortageOf(code);
  if (shortage !== undefined) {
    const { reason, hint } = shortage;
    return new OsoError('COPY_FAILED', `cannot connect to ${hostAndPort(url)}: ${reason}`, { hint, cause });
  }
  const [what, hint] = explain(code);
  return new OsoError('CONTROL_PLANE_UNREACHABLE', `${what} ${hostAndPort(url)} (${code})`, { hint, cause });
}

/** The code of an error or, where there is none, of what caused it; several addresses tried give that of the first. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string' && !OPAQUE.has(error.code)) return error.code;
  // The client's parser of HTTP does not always say which error of llhttp it was.
  if ('name' in error && error.name === 'HTTPParserError') return 'HPE_INVALID';
  const deeper = [
    ...('errors' in error && Array.isArray(error.errors) ? error.errors : []),
    ...('cause' in error ? [error.cause] : []),
  ];
  const found = deeper.map(codeOf).find((code) => code !== 'unknown');
  return found ?? ('code' in error && typeof error.code === 'string' ? error.code : 'unknown');
}

/** Codes that say only that something else went wrong. */
const OPAQUE = new Set(['UND_ERR', 'UND_ERR_INFO', 'UND_ERR_SOCKET']);

const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;

/** Of a TLS connection that was not made, or not trusted. */
export const isTlsCode = (code: string): boolean => TLS_CODE.test(code);

function explain(code: string): readonly [what: string, hint: string] {
  if (isTlsCode(code)) {
    return [
      'no trusted TLS connection to',
      'check `OSO_URL`, the clock and the certificate; `NODE_EXTRA_CA_CERTS` adds a private authority, and verification cannot be switched off',
    ];
  }
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return ['cannot find the address of', 'check the host name in `OSO_URL` and the DNS of this machine'];
    case 'ECONNREFUSED':
      return ['nothing accepts connections at', 'check host and port in `OSO_URL`'];
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return ['no connection within the time limit to', 'check routes and firewalls between this machine and the host'];
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return ['no route to', 'check routes and firewalls between this machine and the host'];
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return ['the connection was closed before an answer by', NOT_OSO];
    default:
      return ['cannot connect to', 'check `OSO_URL` and the network of this machine'];
  }
}
