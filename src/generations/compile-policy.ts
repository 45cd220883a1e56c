import type { ErrorCode } from '../errors/codes.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { OsoError } from '../errors/oso-error.ts';
import { loadPolicy } from '../program/load-policy.ts';
import type { Program } from '../program/program.ts';
import { positionAt } from '../source/source.ts';

/** What messages call the policy of a generation. */
const POLICY_NAME = 'policy.polar';

/** What was compiled last: a policy lives for weeks, while the facts under it change every half hour. */
let latest: { readonly text: string; readonly program: Program } | undefined;

/**
 * Throws `code`, with the place of the first error, when the policy has errors; the `cause` holds them all. The message has
 * the line as well: logs, status and other processes get nothing else of it.
 */
export function compilePolicy(text: string, code: Extract<ErrorCode, 'POLICY_INVALID' | 'SNAPSHOT_POLICY'>): Program {
  if (latest?.text === text) return latest.program;
  const loaded = loadPolicy([{ name: POLICY_NAME, text }]);
  if (loaded.ok) {
    latest = { text, program: loaded.program };
    return loaded.program;
  }
  const first = loaded.errors[0] as Diagnostic;
  const count = loaded.errors.length === 1 ? 'an error' : `${loaded.errors.length} errors, the first`;
  const { line } = positionAt(first.span.source, first.span.start);
  throw new OsoError(code, `the policy has ${count} in line ${line}: ${first.message}`, {
    span: first.span,
    hint: first.hint,
    cause: new AggregateError(loaded.errors.map(toError)),
  });
}

function toError({ code, message, span, hint }: Diagnostic): OsoError {
  return new OsoError(code, message, { span, hint });
}
