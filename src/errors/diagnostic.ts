import type { Span } from '../source/source.ts';
import type { ErrorCode } from './codes.ts';

/** One finding about a policy. Errors refuse the policy, warnings are only reported. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: ErrorCode;
  /** As in `OsoError`: one line, lower case, no final period. */
  readonly message: string;
  readonly span: Span;
  readonly hint?: string | undefined;
}

/** Order of report: by source as given, then by place. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  if (a.span.source !== b.span.source) return a.span.source.name < b.span.source.name ? -1 : 1;
  return a.span.start - b.span.start || a.span.end - b.span.end;
}
