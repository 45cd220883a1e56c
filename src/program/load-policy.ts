import type { Diagnostic } from '../errors/diagnostic.ts';
import type { Source } from '../source/source.ts';
import type { Program } from './program.ts';

/** What became of a policy's text. Errors come sorted by place; a syntax error stops before all others. */
export type LoadedPolicy =
  | { readonly ok: true; readonly program: Program; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly errors: readonly Diagnostic[]; readonly warnings: readonly Diagnostic[] };

/** Text → tree → checked tree → program. Several sources are one policy, concatenated (polar reference, 8). */
export function loadPolicy(_sources: readonly Source[]): LoadedPolicy {
  throw new Error('not built yet');
}
