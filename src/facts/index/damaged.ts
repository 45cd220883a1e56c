import { OsoError } from '../../errors/oso-error.ts';

/** INDEX_INVALID, saying which part of the file contradicts another. */
export function damaged(what: string, cause?: unknown): OsoError {
  return new OsoError('INDEX_INVALID', `the index file is damaged: ${what}`, { cause });
}
