import type { Secret } from '../config/secret.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { HttpReply } from './http-get.ts';
import { parseRetryAfter } from './retry-after.ts';

/** The cause of every error that stands for an answer with another status than 200. */
interface RefusedReply {
  readonly status: number;
  /** Delay that the control plane asked for, from 1 second to 30 minutes. */
  readonly retryAfterMs: number | undefined;
  /** What the operators of the control plane can find the request by. */
  readonly requestId: string | undefined;
}

/** Longest part of a server's message that ours repeats, in UTF-16 units. */
const MAX_MESSAGE = 200;

export interface ReplyContext {
  /** What was asked for, such as `GET /api/facts`. */
  readonly what: string;
  readonly apiToken: Secret;
  readonly nowMs: number;
  /** The `message` of the body, when there is one. */
  readonly message: string | undefined;
}

/** The error of an answer with a status from 300 on. The token is in no part of it, even when the server repeats it. */
export function replyError(reply: HttpReply, { what, apiToken, nowMs, message }: ReplyContext): OsoError {
  const { status, headers } = reply;
  const kind = classify(status);
  const said = message === undefined ? '' : `: \`${clean(message, apiToken)}\``;
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'), nowMs);
  const requestId = headers.get('x-request-id');
  const cause: RefusedReply = {
    status,
    retryAfterMs,
    requestId: requestId === undefined ? undefined : clean(requestId, apiToken),
  };
  const where = status < 400 ? redirectTarget(headers.get('location')) : '';
  return new OsoError(kind.code, `${what} was answered with status ${status}${where}${said}`, {
    hint: kind.hint,
    cause,
  });
}

/** The status of the answer behind an error of this client, when an answer there was. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof OsoError) || typeof error.cause !== 'object' || error.cause === null) return undefined;
  return 'status' in error.cause && typeof error.cause.status === 'number' ? error.cause.status : undefined;
}

function classify(status: number): { readonly code: ErrorCode; readonly hint: string } {
  if (status < 400) {
    return {
      code: 'CONTROL_PLANE_REFUSED',
      hint: 'redirects are not followed, so that the token goes nowhere else: set `OSO_URL` to the final address',
    };
  }
  if (status === 401 || status === 403) {
    return {
      code: 'CONTROL_PLANE_UNAUTHORIZED',
      hint: 'check `OSO_API_TOKEN`: it must be a key of this environment that is not revoked; a read-only key is enough',
    };
  }
  if (status === 404 || status === 410) {
    return { code: 'CONTROL_PLANE_NOT_FOUND', hint: 'check `OSO_URL` and whether the environment still exists' };
  }
  if (status === 429) {
    return {
      code: 'CONTROL_PLANE_THROTTLED',
      hint: 'it will be asked again later; fewer nodes or a longer interval ask less',
    };
  }
  // 408 is the server's own timeout: as passing as a 5xx.
  if (status >= 500 || status === 408) {
    return { code: 'CONTROL_PLANE_FAILED', hint: 'it will be asked again; what was copied before stays in use' };
  }
  return { code: 'CONTROL_PLANE_REFUSED', hint: 'check `OSO_URL` and the limits of the account' };
}

/** Scheme, host and port only: a path or query could hold credentials. */
function redirectTarget(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return '';
  const { protocol, host } = new URL(location);
  return `, a redirect to \`${protocol}//${host}\``;
}

/** One line, without control characters and without the token or its secret part. */
function clean(text: string, apiToken: Secret): string {
  const token = apiToken.reveal();
  const secretPart = token.slice(token.lastIndexOf('_') + 1);
  // A short last part would cut innocent words; tokens of Oso Cloud end in a longer one.
  const redacted = text
    .replaceAll(token, '[secret]')
    .replaceAll(secretPart.length < 8 ? token : secretPart, '[secret]');
  const oneLine = redacted
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, ' ')
    .replaceAll('`', "'")
    .trim();
  return oneLine.length > MAX_MESSAGE ? `${oneLine.slice(0, MAX_MESSAGE).replace(/\p{Cs}$/u, '')}…` : oneLine;
}
