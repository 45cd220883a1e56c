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

/** Order of report: by name of the source, then by place. */
export function compareDiagnostics(a: Pick<Diagnostic, 'span'>, b: Pick<Diagnostic, 'span'>): number {
  const [left, right] = [a.span.source.name, b.span.source.name];
  if (left !== right) return left < right ? -1 : 1;
  return a.span.start - b.span.start || a.span.end - b.span.end;
}
