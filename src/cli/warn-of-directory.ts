import type { DataDirectory } from '../generations/data-directory.ts';
import type { Output } from './output.ts';

/** Tells people what is wrong with a data directory that is used all the same. `problem` is that of its state. */
export function warnOfDirectory({ warnings }: DataDirectory, problem: string | undefined, output: Output): void {
  for (const warning of problem === undefined ? warnings : [...warnings, problem]) output.note(`warning: ${warning}`);
}
