import { compareDiagnostics, type Diagnostic } from '../errors/diagnostic.ts';
import type { PolicyNode } from './ast.ts';
import { SPECIFIED_RULES } from './specified-rules.ts';
import { createValidationContext, type Finding } from './validation-context.ts';

/** Most diagnostics in one report: more is a flood that nobody reads. Errors go before warnings. */
export const MAX_DIAGNOSTICS = 100;

/**
 * Everything that the tree alone can tell to be wrong or unwise, in the order of the text. When there is more than
 * MAX_DIAGNOSTICS, a last one says how much is left out.
 */
export function validatePolicy(policy: PolicyNode): readonly Diagnostic[] {
  const findings: Finding[] = [];
  const context = createValidationContext(policy, findings);
  for (const rule of SPECIFIED_RULES) rule(context);
  return limit(findings.sort(compareDiagnostics));
}

function limit(sorted: readonly Finding[]): readonly Diagnostic[] {
  if (sorted.length <= MAX_DIAGNOSTICS) return sorted.map(resolveHint);
  const errors = sorted.filter(({ severity }) => severity === 'error');
  const warnings = sorted.filter(({ severity }) => severity === 'warning');
  const shown = new Set([...errors, ...warnings].slice(0, MAX_DIAGNOSTICS));
  const hidden = sorted.filter((finding) => !shown.has(finding));
  return [...sorted.filter((finding) => shown.has(finding)).map(resolveHint), ...noteOf(hidden)];
}

/** The note is an error when errors are left out, so that it is shown wherever they are. */
function noteOf(hidden: readonly Finding[]): Diagnostic[] {
  const first = hidden.find(({ severity }) => severity === 'error') ?? hidden[0];
  if (!first) return [];
  const { severity, code, span } = first;
  const errors = hidden.filter((finding) => finding.severity === 'error').length;
  const message = `the report ends here: more errors: ${errors}, more warnings: ${hidden.length - errors}`;
  return [{ severity, code, message, span }];
}

function resolveHint(finding: Finding): Diagnostic {
  return { ...finding, hint: typeof finding.hint === 'function' ? finding.hint() : finding.hint };
}
