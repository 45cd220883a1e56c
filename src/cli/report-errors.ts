import { fileURLToPath } from 'node:url';
import { withoutKeys } from '../config/secret.ts';
import { errnoOf } from '../errors/errno.ts';
import { OsoError } from '../errors/oso-error.ts';
import { shortageError, shortageOf } from '../errors/shortage.ts';
import { ioError } from '../snapshot/io-error.ts';
import { messageOf } from '../util/message-of.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import type { Output } from './output.ts';
import type { Paint } from './paint.ts';

/** Its modules and packages lie below. */
const PROGRAM = fileURLToPath(new URL('../../', import.meta.url));

/** An error as `--json` shows it. */
interface JsonError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/**
 * Tells the user what went wrong: text on stderr and, with `--json`, `{"error":…,"errors":[…]}` on stdout, where
 * `error` is the first. A key that was given in a wrong place is in neither. Returns the exit code, that of the first error.
 */
export async function reportErrors(failure: unknown, output: Output): Promise<ExitCode> {
  const errors = (failure instanceof AggregateError ? failure.errors : [failure]).map(tellShortage);
  const paint = await output.paint('stderr');
  for (const error of errors) output.stderr.write(`${withoutKeys(renderError(error, paint))}\n`);
  if (output.isJson) {
    const all = errors.map(jsonError);
    output.result('', { error: all[0], errors: all });
  }
  return errors.length === 0 ? EXIT.failed : exitCodeOf(errors[0]);
}

/** For a command whose output could not be written, on a full disk for one. What it had to do is done all the same. */
export function reportUnwritten(cause: unknown, output: Output): Promise<ExitCode> {
  const error = ioError(cause, 'write', 'stdout');
  if (!(error instanceof OsoError)) return reportErrors(error, output);
  const hint = 'the command itself went on to its end: only what it says is missing';
  return reportErrors(new OsoError(error.code, error.message, { hint, cause }), output);
}

/** What the system has no more of may be missing anywhere: no bug of ours. */
function tellShortage(error: unknown): unknown {
  const shortage = shortageOf(errnoOf(error) ?? '');
  if (shortage === undefined) return shortageError(error) ?? error;
  const { path = 'a file' } = error as NodeJS.ErrnoException;
  if (!path.startsWith(PROGRAM) || !/\.[cm]?[jt]s$/u.test(path)) return ioError(error, 'use', path);
  // Which module it is depends on how quick each one is read. The same is said where not even this one can be.
  const message = `cannot open the files of this program: ${shortage.reason}`;
  return new OsoError('DIRECTORY_UNUSABLE', message, { hint: shortage.hint, cause: error });
}

function jsonError(error: unknown): JsonError {
  const message = withoutKeys(messageOf(error));
  return error instanceof OsoError ? { code: error.code, message, hint: error.hint } : { code: 'INTERNAL', message };
}

/** Bugs of ours show their stack: a report without it helps nobody. */
function renderError(error: unknown, paint: Paint): string {
  if (error instanceof OsoError) return error.render().replace(/^\w+/, paint.bad);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `INTERNAL: a bug in oso-fallback\n${stack}`;
}
