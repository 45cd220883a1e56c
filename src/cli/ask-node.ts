import { get as getHttp } from 'node:http';
import { OsoError } from '../errors/oso-error.ts';
import type { NodeStatus } from '../sync/node-status.ts';

/** A node that needs longer than this for a small answer is not well. */
const TIMEOUT_MS = 5_000;

/** No status is larger; whatever sends more is not a node. */
const MAX_BYTES = 4 * 1024 * 1024;

/** GET /status of a running node. Throws NODE_UNREACHABLE when none answers there. */
export async function askNode(url: string, signal: AbortSignal): Promise<NodeStatus> {
  const text = await getText(`${url}/status`, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw unreachable(url, reasonOf(error), error);
  });
  const status = parseStatus(text);
  if (status === undefined) throw unreachable(url, 'what answers there is not an oso-fallback node');
  return status;
}

async function getText(url: string, signal: AbortSignal): Promise<string> {
  const get = url.startsWith('https:') ? (await import('node:https')).get : getHttp;
  return await new Promise((resolve, reject) => {
    const request = get(url, { signal, timeout: TIMEOUT_MS, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_BYTES) request.destroy(new Error('the answer is too long'));
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1_000} seconds`)));
    request.on('error', reject);
  });
}

/** Only what tells a node from anything else is looked at: both ends are this program. */
function parseStatus(text: string): NodeStatus | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isStatus(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isStatus(value: unknown): value is NodeStatus {
  if (typeof value !== 'object' || value === null) return false;
  return 'state' in value && 'generations' in value && Array.isArray(value.generations) && 'size' in value;
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND') return 'no such host';
  return error instanceof Error ? error.message : String(error);
}

function unreachable(url: string, why: string, cause?: unknown): OsoError {
  return new OsoError('NODE_UNREACHABLE', `no node answers at ${url}: ${why}`, { cause });
}
