import { OsoError } from '../errors/oso-error.ts';
import { troubleIn } from './doubtful-json.ts';
import { malformed } from './malformed.ts';

/**
 * The body of GET `/api/policy`: `{"policy": null}` or `{"policy": {"filename": …, "src": …}}` (api reference 4.11).
 * Throws CONTROL_PLANE_NOT_FOUND for the former, CONTROL_PLANE_MALFORMED for everything else.
 */
export function parsePolicy(body: string): { readonly text: string; readonly filename: string | undefined } {
  const parsed = parseJson(body);
  const trouble = troubleIn(Buffer.from(body), parsed);
  if (trouble !== undefined) throw wrongAnswer(trouble);
  if (typeof parsed !== 'object' || parsed === null || !('policy' in parsed)) throw wrongAnswer('has no `policy`');
  const { policy } = parsed;
  if (policy === null) {
    throw new OsoError('CONTROL_PLANE_NOT_FOUND', 'the environment has no policy', {
      hint: 'upload one with `oso-cloud policy`, or check that the token is of the right environment',
    });
  }
  if (typeof policy !== 'object' || !('src' in policy)) throw wrongAnswer('has a `policy` without `src`');
  const { src } = policy;
  if (typeof src !== 'string' || /\p{Surrogate}/u.test(src)) throw wrongAnswer('has a `src` that is not a text');
  const filename = 'filename' in policy && typeof policy.filename === 'string' ? policy.filename : undefined;
  return { text: src, filename };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw wrongAnswer(`of ${Buffer.byteLength(body)} bytes is cut short or is not JSON`);
  }
}

function wrongAnswer(what: string): OsoError {
  return malformed(`the answer to GET /api/policy ${what}`);
}
