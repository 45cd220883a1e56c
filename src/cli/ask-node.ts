import { request as requestHttp } from 'node:http';
import { codeOf, isTlsCode } from '../control-plane/connection-error.ts';
import { withDeadline } from '../control-plane/with-deadline.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { NodeStatus } from '../sync/node-status.ts';
import { generationNotFound, generationOfOthers } from '../sync/pin-target.ts';
import type { Clock } from '../util/clock.ts';
import { messageOf } from '../util/message-of.ts';

/** A node that needs longer than this for a small answer is not well. */
const TIMEOUT_MS = 5_000;

/** To serve other data: millions of facts are opened, and all threads get ready. Threads wait a minute for each other. */
const CHANGE_TIMEOUT_MS = 65_000;

const MAYBE_DONE = 'it may do it all the same: `oso-fallback status` says what is pinned and served';

/** No status is larger; whatever sends more is not a node. */
const MAX_BYTES = 4 * 1024 * 1024;

/** How to reach a node. */
export interface NodeAddress {
  readonly url: string;
  /** The only one to trust, as PEM: that of the node itself, when it is on this machine. */
  readonly certificate?: string | undefined;
  /** Why that one is not known although there is one. */
  readonly unknown?: string | undefined;
}

/** GET /status of a running node. Throws NODE_UNREACHABLE when none answers there. */
export async function askNode(address: NodeAddress, { clock, signal }: Asking): Promise<NodeStatus> {
  const { text } = await exchange(address, '/status', { clock, signal });
  const answer = parseObject(text);
  if (isStatus(answer)) return answer;
  if (answer?.['state'] === 'starting') {
    const hint = 'ask again in a moment';
    throw unreachable(address.url, 'it is starting, and has not looked for data yet', { hint });
  }
  throw unreachable(address.url, 'what answers there is not an oso-fallback node');
}

/**
 * Asks a running node to do something, as its operator. Returns the object that it answers. Throws NODE_UNREACHABLE,
 * REQUEST_UNAUTHORIZED, GENERATION_NOT_FOUND, GUARD_ENVIRONMENT, or REQUEST_FORBIDDEN with what the node says.
 */
export async function tellNode(
  address: NodeAddress,
  path: string,
  asking: Asking & { readonly token: string },
): Promise<Readonly<Record<string, unknown>>> {
  const { status, text } = await exchange(address, path, asking);
  const answer = parseObject(text);
  if (status === 200 && answer !== undefined) return answer;
  const said = typeof answer?.['message'] === 'string' ? answer['message'] : `status ${status}`;
  if (status === 401) {
    throw new OsoError('REQUEST_UNAUTHORIZED', `the node at ${address.url} does not accept the API token: ${said}`, {
      hint: 'give the OSO_API_TOKEN that the node itself was started with',
    });
  }
  const refused = (why: string) => `the node at ${address.url} refuses: ${why}`;
  const [, code, why = ''] = /^([A-Z_]+): (.*)/.exec(said) ?? [];
  if (code === 'GENERATION_NOT_FOUND') throw generationNotFound(refused(why));
  if (code === 'GUARD_ENVIRONMENT') throw generationOfOthers(refused(why));
  throw new OsoError('REQUEST_FORBIDDEN', refused(said));
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

interface Asking {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** With it the request is a POST. */
  readonly token?: string | undefined;
}

async function exchange(address: NodeAddress, path: string, asking: Asking): Promise<Reply> {
  const late = new AbortController();
  const work = send(address, path, { ...asking, signal: AbortSignal.any([asking.signal, late.signal]) });
  const [afterMs, whenLate] = asking.token === undefined ? [TIMEOUT_MS] : [CHANGE_TIMEOUT_MS, MAYBE_DONE];
  const deadline = { clock: asking.clock, afterMs, expire: () => late.abort() };
  return await withDeadline(work, deadline).catch((error: unknown) => {
    asking.signal.throwIfAborted();
    const [why, hint] = late.signal.aborted
      ? [`no answer within ${afterMs / 1_000} seconds`, whenLate]
      : explain(address, error);
    throw unreachable(address.url, why, { hint, cause: error });
  });
}

async function send(
  { url, certificate }: NodeAddress,
  path: string,
  { signal, token }: Omit<Asking, 'clock'>,
): Promise<Reply> {
  const isTls = url.startsWith('https:');
  const request = isTls ? (await import('node:https')).request : requestHttp;
  const options = {
    signal,
    agent: false,
    ...(token === undefined ? {} : { method: 'POST', headers: { authorization: `Bearer ${token}` } }),
    ...(certificate === undefined ? {} : trustOnly(certificate)),
  };
  return await new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_BYTES) outgoing.destroy(new Error('the answer is too long'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** Whoever signed it, and whatever name it bears. */
function trustOnly(certificate: string) {
  return { ca: certificate, allowPartialTrustChain: true, checkServerIdentity: () => undefined };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : undefined;
  } catch {
    return undefined;
  }
}

/** Checks only what tells a node from any other server: the rest was written by this program too. */
function isStatus(value: object | undefined): value is NodeStatus {
  if (value === undefined) return false;
  return 'state' in value && 'generations' in value && Array.isArray(value.generations) && 'size' in value;
}

const TRUST =
  '`NODE_EXTRA_CA_CERTS` names a file of more authorities to trust; on its own machine leave out `--url` and give `OSO_TLS_CERT`';

const SAME = 'a node on this machine must show the certificate of `OSO_TLS_CERT`, and that must be valid today';

const READABLE = 'run this as a user who may read the file of `OSO_TLS_CERT`, or name a copy of it there';

function explain({ certificate, unknown }: NodeAddress, error: unknown): readonly [why: string, hint?: string] {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED') return ['connection refused'];
  if (code === 'ENOTFOUND') return ['no such host'];
  if (code === 'ECONNRESET') return ['it closed the connection; with TLS its address begins with `https://`'];
  if (/^(EPROTO$|ERR_SSL_)/.test(code)) {
    return ['it speaks no TLS that is known here; without TLS its address begins with `http://`'];
  }
  if (isTlsCode(code) && unknown !== undefined) {
    return [`its certificate is not trusted, and \`OSO_TLS_CERT\` does not tell it: ${unknown}`, READABLE];
  }
  if (isTlsCode(code)) {
    // Node.js 24 and newer add what to do, behind a semicolon, which is not what helps here.
    const [why] = messageOf(error).split(';');
    return [`its certificate is not trusted: ${why}`, certificate === undefined ? TRUST : SAME];
  }
  return [messageOf(error)];
}

function unreachable(
  url: string,
  why: string,
  options?: ErrorOptions & { readonly hint?: string | undefined },
): OsoError {
  return new OsoError('NODE_UNREACHABLE', `no node answers at ${url}: ${why}`, options);
}
