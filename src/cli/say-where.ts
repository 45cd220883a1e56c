import { OsoError } from '../errors/oso-error.ts';

const NOWHERE: ReadonlySet<string> = new Set(['DIRECTORY_UNUSABLE', 'NODE_UNREACHABLE']);
const WHERE = 'give the data directory with `--directory`, or the address of a running node with `--url`';

/** Whoever asked in the wrong place is told which ones there are. */
export function sayWhere(error: unknown): unknown {
  if (!(error instanceof OsoError) || !NOWHERE.has(error.code) || error.hint !== undefined) return error;
  return new OsoError(error.code, error.message, { hint: WHERE, cause: error });
}
