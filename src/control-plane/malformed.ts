import { type ErrorDetails, OsoError } from '../errors/oso-error.ts';

export const NOT_OSO =
  'check `OSO_URL`: something else than Oso Cloud may be listening there, or a proxy is in between';

/** An answer that is none: truncated, not HTTP, or not what the API promises. */
export function malformed(message: string, { hint = NOT_OSO, cause }: ErrorDetails = {}): OsoError {
  return new OsoError('CONTROL_PLANE_MALFORMED', message, { hint, cause });
}
