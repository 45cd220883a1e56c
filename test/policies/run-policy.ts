import { type PolicyTestResult, runPolicyTests } from '../../src/engine/run-policy-tests.ts';
import type { Diagnostic } from '../../src/errors/diagnostic.ts';
import { loadPolicy } from '../../src/program/load-policy.ts';
import { positionAt, type Source } from '../../src/source/source.ts';

/** Long after every past time of the policies, and before every future one. */
const UNIX_TIME = 1_800_000_000n;

/** The results of the tests of a policy, or the errors that refuse it. */
export function testPolicy(sources: readonly Source[]): PolicyTestResult | readonly string[] {
  const loaded = loadPolicy(sources);
  if (!loaded.ok) return loaded.errors.map(describeDiagnostic);
  const budget = { maxSteps: 10_000_000, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => 0 };
  return runPolicyTests(loaded.program, { unixTime: UNIX_TIME, budget });
}

export function describeDiagnostic({ code, span, message }: Diagnostic): string {
  return `${placeOf({ code, span })}: ${message}`;
}

/** `CODE line:column`, as cases expect it. */
export function placeOf({ code, span }: Pick<Diagnostic, 'code' | 'span'>): string {
  const { line, column } = positionAt(span.source, span.start);
  return `${code} ${line}:${column}`;
}
