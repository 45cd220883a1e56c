import type { ErrorCode } from '../errors/codes.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { Answer, Route } from './route.ts';

/** Every code that can reach a client, with its status (api reference, 2.4 and 12.6). All others are trouble of ours. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  REQUEST_INVALID: 400,
  REQUEST_UNAUTHORIZED: 401,
  REQUEST_FORBIDDEN: 403,
  REQUEST_NOT_FOUND: 404,
  REQUEST_METHOD: 405,
  REQUEST_TOO_LARGE: 413,
  REQUEST_ENCODING: 415,
  REQUEST_UNSUPPORTED: 501,
  SERVER_OVERLOADED: 503,
  NOT_READY: 503,
  EVAL_LIMIT: 400,
  EVAL_DEADLINE: 503,
  EVAL_UNBOUNDED: 400,
  SQL_UNSUPPORTED: 400,
  FACT_INVALID: 400,
};

// Soon enough for a client that waits, late enough to shed load. Seconds.
const RETRY_AFTER = ['Retry-After', '1'] as const;

/** None for EVAL_DEADLINE: the same question would take as long again. */
const HEADERS: Partial<Record<ErrorCode, readonly string[]>> = {
  REQUEST_UNAUTHORIZED: ['WWW-Authenticate', 'Bearer'],
  SERVER_OVERLOADED: RETRY_AFTER,
  NOT_READY: RETRY_AFTER,
};

const INTERNAL: Answer = { status: 500, body: '{"message":"internal error"}' };

/** The only place where an error becomes a status. Undefined: not something a user can be told, so log it. */
export function replyToError(error: unknown, route: Route | undefined): Answer | undefined {
  if (!(error instanceof OsoError)) return undefined;
  const status = STATUS[error.code];
  if (status === undefined) return undefined;
  const headers = [...(HEADERS[error.code] ?? []), ...reasonHeader(error)];
  return { status, body: errorBody(error, status === 400 ? route?.errorType : undefined), headers };
}

/** What the client gets for trouble of ours; details go to the log. */
export function replyToBug(): Answer {
  return INTERNAL;
}

/** Clients read `message`, and the body has nothing else (api reference, 2.5). */
function errorBody({ message, hint }: OsoError, errorType: string | undefined): string {
  const text = hint === undefined ? message : `${message}. Help: ${hint}`;
  return JSON.stringify({ error_type: errorType, message: text });
}

/** For machines: why there are no data to answer from, as `/readyz` has it, or no time. */
function reasonHeader({ cause }: OsoError): readonly string[] {
  const reason = typeof cause === 'object' && cause !== null && 'reason' in cause ? cause.reason : undefined;
  return typeof reason === 'string' ? ['Oso-Fallback-Reason', reason] : [];
}
